import type { ReactNode } from "react";
import { Dialog } from "../../ui/Dialog";
import { useWords } from "../../words";
import { fullTime } from "../../words/times";
import css from "./Audit.module.css";
import { Actor, type AuditEntry } from "./AuditPage";
import { listChanges, spoken } from "./changes";
import { useNames } from "./names";
import { useSpokenType } from "./types";

/** All that is known of one entry. */
export function Entry({ entry, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const { t } = useWords();
  const spokenType = useSpokenType();
  const names = useNames();
  const changes = listChanges(entry.changes);
  const facts: [string, ReactNode][] = [
    [t("settings.audit.who"), <Actor key="who" entry={entry} />],
    [t("settings.when"), <time key="when">{fullTime(entry.occurredAt)}</time>],
    [t("settings.audit.from"), entry.origin?.client],
    [t("settings.audit.operation"), entry.origin?.operation],
    [t("settings.audit.request"), entry.origin?.requestId],
    [t("settings.audit.key"), entry.origin?.apiKeyId],
    [t("settings.audit.place"), entry.seq],
  ];
  return (
    <Dialog title={spokenType(entry.type)} onClose={onClose} wide>
      <dl className={css.facts}>
        {facts
          .filter(([, shows]) => shows !== null && shows !== undefined && shows !== "")
          .map(([name, shows]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd dir="auto">{shows}</dd>
            </div>
          ))}
      </dl>
      {entry.ticketId && entry.type !== "ticket.deleted" && (
        <p>
          <a href={`#/tickets/${entry.ticketId}`}>{t("settings.audit.toTicket")}</a>
        </p>
      )}
      {changes.length > 0 && (
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t("settings.audit.field")}</th>
              <th scope="col">{t("settings.audit.before")}</th>
              <th scope="col">{t("settings.audit.after")}</th>
            </tr>
          </thead>
          <tbody>
            {changes.map((one) => (
              <tr key={one.field}>
                <th scope="row">{one.field}</th>
                <td dir="auto">{spoken(one.before, names)}</td>
                <td dir="auto">{spoken(one.after, names)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <details className={css.data}>
        <summary>{t("settings.audit.data")}</summary>
        <pre dir="ltr" tabIndex={0}>
          {JSON.stringify(entry.data, null, 2)}
        </pre>
      </details>
    </Dialog>
  );
}
