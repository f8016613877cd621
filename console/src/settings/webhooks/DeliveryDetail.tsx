import { useQuery, useQueryClient } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { api, ask } from "../../api/client";
import { Button } from "../../ui/Button";
import { Problem } from "../../ui/Field";
import { Facts, Page, Section } from "../../ui/Page";
import { Pill } from "../../ui/Pill";
import { useSending } from "../../ui/sending";
import { Failed, Skeleton } from "../../ui/States";
import { useWords } from "../../words";
import { fullTime } from "../../words/times";
import { useDeliveryWords } from "./deliveryWords";
import { DELIVERY_TONES, type Delivery } from "./states";
import { Try } from "./Try";
import css from "./Webhooks.module.css";

const LOOK_AGAIN_MS = 1500;

/** One delivery: what was sent, and what every try came to. */
export function DeliveryDetail({ id, deliveryId }: { id: string; deliveryId: string }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const sending = useSending();
  const { typeOf } = useDeliveryWords();
  const at = { params: { path: { webhook_id: id, delivery_id: deliveryId } } };
  const key = ["settings", "webhooks", id, "delivery", deliveryId];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: () => ask(api.GET("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}", at)),
    refetchInterval: ({ state }) => (state.data?.state === "pending" ? LOOK_AGAIN_MS : false),
    staleTime: 0,
  });
  const again = () =>
    void sending.send(async () => {
      await ask(api.POST("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", at));
      await cache.invalidateQueries({ queryKey: ["settings", "webhooks", id] });
    });
  return (
    <Page
      title={data ? typeOf(data.type) : t("settings.webhooks.oneDelivery")}
      back={{ name: t("settings.webhooks.backToOne"), href: `#/settings/webhooks/${id}` }}
      does={
        data && (
          <Button busy={sending.isBusy} onClick={again}>
            <RotateCcw size={15} aria-hidden /> {t("settings.webhooks.redeliver")}
          </Button>
        )
      }
    >
      <Problem>{sending.problem}</Problem>
      {data ? <One delivery={data} /> : error ? <Failed error={error} onAgain={() => void refetch()} /> : <Skeleton />}
    </Page>
  );
}

function One({ delivery }: { delivery: Delivery }) {
  const { t } = useWords();
  const { request } = delivery;
  const headers = request && Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  return (
    <>
      <div role="status">
        <Facts
          all={[
            [
              t("settings.state"),
              <Pill key="" tone={DELIVERY_TONES[delivery.state]}>
                {t(`settings.webhooks.delivery.${delivery.state}`)}
              </Pill>,
            ],
            [t("settings.webhooks.type"), <code key="">{delivery.type}</code>],
            ...(delivery.seq === null ? [] : ([[t("settings.webhooks.seq"), String(delivery.seq)]] as const)),
            [t("settings.webhooks.tries"), String(delivery.attempts)],
            ...(delivery.deliveredAt
              ? ([[t("settings.webhooks.deliveredAt"), fullTime(delivery.deliveredAt)]] as const)
              : []),
            ...(delivery.state === "pending" && delivery.dueAt
              ? ([[t("settings.webhooks.nextTry"), fullTime(delivery.dueAt)]] as const)
              : []),
          ]}
        />
      </div>
      <Section title={t("settings.webhooks.tries")}>
        {delivery.tries.length === 0 ? (
          <p className="soft">{t("settings.webhooks.notTried")}</p>
        ) : (
          <div className={css.tries}>
            {[...delivery.tries].reverse().map((one, index) => (
              <Try key={one.number} one={one} isOpen={index === 0} />
            ))}
          </div>
        )}
      </Section>
      <Section title={t("settings.webhooks.request")}>
        {request && headers ? (
          <>
            {headers.length > 0 && (
              <pre className={css.code} dir="ltr" tabIndex={0} aria-label={t("settings.webhooks.headers")}>
                {headers.join("\n")}
              </pre>
            )}
            <pre className={css.code} dir="ltr" tabIndex={0} aria-label={t("settings.webhooks.body")}>
              {JSON.stringify(request.body, null, 2)}
            </pre>
          </>
        ) : (
          <p className="soft">{t("settings.webhooks.noRequest")}</p>
        )}
      </Section>
    </>
  );
}
