import { Mails } from "lucide-react";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { Listing } from "../../ui/Listing";
import { Bar, Page } from "../../ui/Page";
import { Pill, type Tone } from "../../ui/Pill";
import { Row, Rows } from "../../ui/Rows";
import { Empty } from "../../ui/States";
import { Time } from "../../ui/Time";
import { useWords } from "../../words";
import { Choose } from "../Choose";
import { Undeliverable } from "./Undeliverable";

type Mail = Schemas["MailPayload"];
const STATES = ["any", "pending", "sent", "failed", "dropped"] as const;
const TONES: Record<Mail["state"], Tone> = { pending: "waits", sent: "good", failed: "bad", dropped: "plain" };

/** What was mailed and what came of it, and the addresses that get no mail any more. */
export default function MailsPage({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const [state, setState] = useState<(typeof STATES)[number]>("any");
  const mails = usePages(["settings", "mails", state], (cursor) =>
    ask(api.GET("/api/v1/mails", { params: { query: { cursor, limit: 30, state: state === "any" ? null : state } } })),
  );
  return (
    <Page title={t("settings.pages.mails")} about={t("settings.mails.about")}>
      <Bar>
        <Choose
          label={t("settings.state")}
          value={state}
          onPick={setState}
          options={STATES.map((value) => ({
            value,
            name: value === "any" ? t("ui.all") : t(`settings.mails.states.${value}`),
          }))}
        />
      </Bar>
      <Listing
        of={mails}
        empty={<Empty icon={Mails} title={state === "any" ? t("settings.mails.none") : t("ui.nothingFound")} />}
      >
        {(rows) => (
          <Rows
            label={t("settings.pages.mails")}
            heads={[t("settings.mails.mail"), t("settings.mails.to"), t("settings.state"), t("settings.when")]}
            widths={["minmax(0, 200px)"]}
          >
            {rows.map((mail) => (
              <MailRow key={mail.id} mail={mail} />
            ))}
          </Rows>
        )}
      </Listing>
      <Undeliverable isAdmin={isAdmin} />
    </Page>
  );
}

function MailRow({ mail }: { mail: Mail }) {
  const { t } = useWords();
  const kind = t(`settings.mails.kinds.${mail.kind}`);
  const trouble = mail.bounceReason || mail.error;
  return (
    <Row
      title={mail.subject || kind}
      {...(mail.ticketId && { href: `#/tickets/${mail.ticketId}` })}
      sub={[mail.subject ? kind : "", trouble].filter(Boolean).join(" · ")}
      facts={[
        {
          name: t("settings.mails.to"),
          shows: (
            <span className="clip" title={mail.recipient.email ?? ""}>
              {mail.recipient.name}
            </span>
          ),
        },
        {
          name: t("settings.state"),
          shows: mail.bouncedAt ? (
            <Pill tone="bad">{t("settings.mails.bounced")}</Pill>
          ) : (
            <Pill tone={TONES[mail.state]}>{t(`settings.mails.states.${mail.state}`)}</Pill>
          ),
        },
        { name: t("settings.when"), shows: <Time at={mail.sentAt ?? mail.createdAt} /> },
      ]}
    />
  );
}
