import { useQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { listStaff } from "../../live/desk";
import { PersonName } from "../../ui/Avatar";
import { Listing } from "../../ui/Listing";
import { Bar, Page } from "../../ui/Page";
import { Picker } from "../../ui/Picker";
import { Pill, type Tone } from "../../ui/Pill";
import { Row, Rows } from "../../ui/Rows";
import { Empty } from "../../ui/States";
import { Time } from "../../ui/Time";
import { useWords } from "../../words";
import { number } from "../../words/times";
import { Choose } from "../Choose";
import { Named } from "../Named";

type Access = Schemas["AccessPayload"];
const KINDS = ["any", "signed_in", "sign_in_failed", "unauthorized", "forbidden", "rate_limited"] as const;
const TONES: Record<Access["kind"], Tone> = {
  signed_in: "good",
  sign_in_failed: "bad",
  unauthorized: "rests",
  forbidden: "bad",
  rate_limited: "waits",
};

/** Who came in, and who was refused, counted by the hour. */
export default function AccessPage() {
  const { t } = useWords();
  const [kind, setKind] = useState<(typeof KINDS)[number]>("any");
  const [userId, setUserId] = useState<string | null>(null);
  const staff = useQuery(listStaff).data ?? [];
  const log = usePages(["settings", "access", kind, userId], (cursor) =>
    ask(
      api.GET("/api/v1/access-log", {
        params: { query: { cursor, limit: 40, kind: kind === "any" ? null : kind, userId } },
      }),
    ),
  );
  return (
    <Page title={t("settings.pages.access")} about={t("settings.access.about")}>
      <Bar>
        <Choose
          label={t("settings.access.kind")}
          value={kind}
          onPick={setKind}
          options={KINDS.map((value) => ({
            value,
            name: value === "any" ? t("ui.all") : t(`settings.access.kinds.${value}`),
          }))}
        />
        <Picker<string | null>
          label={t("settings.access.who")}
          searchable
          value={userId}
          onPick={setUserId}
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
          <span className="faint">{t("settings.access.who")}:</span>
          <span className="clip">{staff.find((one) => one.id === userId)?.name ?? t("ui.all")}</span>
        </Picker>
      </Bar>
      <Listing of={log} empty={<Empty icon={ShieldCheck} title={t("ui.nothingFound")} />}>
        {(rows) => (
          <Rows
            label={t("settings.pages.access")}
            heads={[
              t("settings.access.who"),
              t("settings.access.kind"),
              t("settings.access.operation"),
              t("settings.access.times"),
              t("settings.access.last"),
            ]}
            widths={["auto", "minmax(0, 180px)"]}
          >
            {rows.map((one) => (
              <Row
                key={one.id}
                title={
                  <span className="row">{one.userId ? <Named id={one.userId} /> : t("settings.access.stranger")}</span>
                }
                sub={<bdi dir="ltr">{one.client}</bdi>}
                facts={[
                  {
                    name: t("settings.access.kind"),
                    shows: <Pill tone={TONES[one.kind]}>{t(`settings.access.kinds.${one.kind}`)}</Pill>,
                  },
                  { name: t("settings.access.operation"), shows: <span className="clip">{one.operation}</span> },
                  { name: t("settings.access.times"), shows: number(one.count) },
                  { name: t("settings.access.last"), shows: <Time at={one.lastAt} /> },
                ]}
              />
            ))}
          </Rows>
        )}
      </Listing>
    </Page>
  );
}
