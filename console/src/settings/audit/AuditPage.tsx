import { useQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { listStaff, type Agent } from "../../live/desk";
import { PersonName } from "../../ui/Avatar";
import { Listing } from "../../ui/Listing";
import { Bar, Page } from "../../ui/Page";
import { Picker } from "../../ui/Picker";
import { Row, Rows } from "../../ui/Rows";
import { Empty } from "../../ui/States";
import { Time } from "../../ui/Time";
import { useWords } from "../../words";
import { Choose } from "../Choose";
import css from "./Audit.module.css";
import { listChanges, short, ticketNumber } from "./changes";
import { Entry } from "./Entry";
import { ExportAudit } from "./ExportAudit";
import { AREAS, asQuery, EVERYTHING, spanned, SPANS, type AuditFilter } from "./filter";
import { useNames } from "./names";
import { useSpokenType } from "./types";
import { Verify } from "./Verify";

export type AuditEntry = Schemas["AuditEntry"];
const MOST_CHANGES = 2;

/** Who did what, when, from where, before and after. */
export default function AuditPage() {
  const { t } = useWords();
  const staff = useQuery(listStaff).data ?? [];
  const [filter, setFilter] = useState<AuditFilter>(EVERYTHING);
  const [open, setOpen] = useState<AuditEntry | null>(null);
  const log = usePages(["settings", "audit", filter], (cursor) =>
    ask(api.GET("/api/v1/audit", { params: { query: { cursor, limit: 50, ...asQuery(filter) } } })),
  );
  const who = staff.find((one) => one.id === filter.userId)?.name ?? null;
  return (
    <Page
      title={t("settings.pages.audit")}
      about={t("settings.audit.about")}
      does={
        <>
          <Verify />
          <ExportAudit filter={filter} name={who} />
        </>
      }
    >
      <Bar>
        <Choose
          label={t("settings.audit.what")}
          value={filter.area}
          onPick={(area) => setFilter({ ...filter, area })}
          options={AREAS.map((value) => ({ value, name: t(`settings.audit.areas.${value}`) }))}
        />
        <Who {...{ staff, who }} userId={filter.userId} onPick={(userId) => setFilter({ ...filter, userId })} />
        <Choose
          label={t("settings.when")}
          value={filter.span}
          onPick={(span) => setFilter(spanned(filter, span, Date.now()))}
          options={SPANS.map((value) => ({
            value,
            name: value === "any" ? t("settings.audit.always") : t("settings.audit.days", { count: Number(value) }),
          }))}
        />
      </Bar>
      <Listing of={log} empty={<Empty icon={ScrollText} title={t("ui.nothingFound")} />}>
        {(rows) => (
          <Rows
            label={t("settings.pages.audit")}
            heads={[t("settings.audit.who"), t("settings.audit.what"), t("settings.audit.changes"), t("settings.when")]}
            widths={["minmax(0, 1fr)", "minmax(0, 1.6fr)"]}
          >
            {rows.map((entry) => (
              <OneRow key={entry.id} entry={entry} onOpen={() => setOpen(entry)} />
            ))}
          </Rows>
        )}
      </Listing>
      {open && <Entry entry={open} onClose={() => setOpen(null)} />}
    </Page>
  );
}

interface WhoProps {
  staff: readonly Agent[];
  who: string | null;
  userId: string | null;
  onPick: (id: string | null) => void;
}

function Who({ staff, who, userId, onPick }: WhoProps) {
  const { t } = useWords();
  return (
    <Picker<string | null>
      label={t("settings.audit.who")}
      searchable
      value={userId}
      onPick={onPick}
      options={[
        { value: null, name: t("ui.all") },
        ...staff.map((one) => ({
          value: one.id,
          name: one.name,
          hint: one.email,
          look: <PersonName name={one.name} nobody="" />,
        })),
      ]}
    >
      <span className="clip">
        <span className="faint">{t("settings.audit.who")}:</span> {who ?? t("ui.all")}
      </span>
    </Picker>
  );
}

/** Who it was; the hub itself where nobody was. */
export function Actor({ entry }: { entry: AuditEntry }) {
  const { t } = useWords();
  if (entry.actor)
    return (
      <span className="row">
        <PersonName name={entry.actor.name || t("settings.unknownPerson")} nobody="" />
      </span>
    );
  return (
    <span className="faint">{t(entry.source === "access" ? "settings.audit.stranger" : "settings.audit.hub")}</span>
  );
}

function OneRow({ entry, onOpen }: { entry: AuditEntry; onOpen: () => void }) {
  const { t } = useWords();
  const spokenType = useSpokenType();
  const names = useNames();
  const changes = listChanges(entry.changes);
  const number = ticketNumber(entry.data);
  return (
    <Row
      title={<Actor entry={entry} />}
      sub={
        entry.origin?.client && (
          <bdi dir="ltr">
            {entry.origin.client}
            {entry.origin.apiKeyId && ` · ${t("settings.audit.byKey")}`}
          </bdi>
        )
      }
      facts={[
        {
          name: t("settings.audit.what"),
          shows: (
            <button type="button" className={css.open} onClick={onOpen}>
              {spokenType(entry.type)}
              {number !== null && ` #${number}`}
              {entry.count > 1 && ` × ${entry.count}`}
            </button>
          ),
        },
        {
          name: t("settings.audit.changes"),
          shows: (
            <span className={css.changes}>
              {changes.slice(0, MOST_CHANGES).map((one) => (
                <span key={one.field} className="clip">
                  <span className="faint">{one.field}</span> {short(one.before, names)} → {short(one.after, names)}
                </span>
              ))}
              {changes.length > MOST_CHANGES && (
                <span className="faint">{t("settings.audit.more", { count: changes.length - MOST_CHANGES })}</span>
              )}
            </span>
          ),
        },
        { name: t("settings.when"), shows: <Time at={entry.occurredAt} /> },
      ]}
    />
  );
}
