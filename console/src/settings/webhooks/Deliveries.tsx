import { useQueryClient } from "@tanstack/react-query";
import { RefreshCw, Send } from "lucide-react";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { IconButton } from "../../ui/Button";
import { Listing } from "../../ui/Listing";
import { Section } from "../../ui/Page";
import { Pill } from "../../ui/Pill";
import { Row, Rows } from "../../ui/Rows";
import { Empty } from "../../ui/States";
import { Time } from "../../ui/Time";
import { useWords } from "../../words";
import { Choose } from "../Choose";
import { DELIVERY_STATES, DELIVERY_TONES, type DeliveryState } from "./states";
import { useDeliveryWords } from "./deliveryWords";

/** While something waits, it may have arrived a moment later. */
const LOOK_AGAIN_MS = 3000;

/** What was sent to one endpoint, newest first. */
export function Deliveries({ id }: { id: string }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const { typeOf, answerOf } = useDeliveryWords();
  const [state, setState] = useState<DeliveryState | "any">("any");
  const deliveries = usePages(
    ["settings", "webhooks", id, "deliveries", state],
    (cursor) =>
      ask(
        api.GET("/api/v1/webhooks/{webhook_id}/deliveries", {
          params: {
            path: { webhook_id: id },
            query: { cursor, limit: 25, state: state === "any" ? null : state },
          },
        }),
      ),
    { again: (rows) => rows.length <= 25 && rows.some((one) => one.state === "pending") && LOOK_AGAIN_MS },
  );
  return (
    <Section
      title={t("settings.webhooks.deliveries")}
      does={
        <>
          <Choose
            label={t("settings.state")}
            value={state}
            onPick={setState}
            options={(["any", ...DELIVERY_STATES] as const).map((value) => ({
              value,
              name: value === "any" ? t("ui.all") : t(`settings.webhooks.delivery.${value}`),
            }))}
          />
          <IconButton
            label={t("settings.readAgain")}
            onClick={() => void cache.invalidateQueries({ queryKey: ["settings", "webhooks", id] })}
          >
            <RefreshCw size={15} />
          </IconButton>
        </>
      }
    >
      <Listing
        of={deliveries}
        empty={
          <Empty icon={Send} title={state === "any" ? t("settings.webhooks.nothingSent") : t("ui.nothingFound")}>
            {state === "any" && <p>{t("settings.webhooks.nothingSentAbout")}</p>}
          </Empty>
        }
      >
        {(rows) => (
          <Rows
            label={t("settings.webhooks.deliveries")}
            heads={[
              t("settings.webhooks.event"),
              t("settings.webhooks.answer"),
              t("settings.webhooks.tries"),
              t("settings.state"),
              t("settings.when"),
            ]}
            widths={["minmax(0, 200px)"]}
          >
            {rows.map((one) => (
              <Row
                key={one.id}
                title={typeOf(one.type)}
                sub={one.seq === null ? undefined : t("settings.webhooks.seqOf", { seq: one.seq })}
                href={`#/settings/webhooks/${id}/deliveries/${one.id}`}
                facts={[
                  { name: t("settings.webhooks.answer"), shows: <span className="clip">{answerOf(one)}</span> },
                  { name: t("settings.webhooks.tries"), shows: one.attempts },
                  {
                    name: t("settings.state"),
                    shows: <Pill tone={DELIVERY_TONES[one.state]}>{t(`settings.webhooks.delivery.${one.state}`)}</Pill>,
                  },
                  { name: t("settings.when"), shows: <Time at={one.deliveredAt ?? one.createdAt} /> },
                ]}
              />
            ))}
          </Rows>
        )}
      </Listing>
    </Section>
  );
}
