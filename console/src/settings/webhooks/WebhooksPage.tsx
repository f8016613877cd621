import { useQueryClient } from "@tanstack/react-query";
import { Plus, Webhook as Hook } from "lucide-react";
import { useState } from "react";
import { Route, Switch } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { usePages } from "../../api/pages";
import { Button } from "../../ui/Button";
import { useShown } from "../../ui/form";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { Pill } from "../../ui/Pill";
import { Row, Rows } from "../../ui/Rows";
import { Empty } from "../../ui/States";
import { Time } from "../../ui/Time";
import { useWords } from "../../words";
import { DeliveryDetail } from "./DeliveryDetail";
import { EventNames } from "./EventNames";
import { SecretDialog } from "./SecretDialog";
import { standing, TONES } from "./states";
import { WebhookDetail } from "./WebhookDetail";
import { webhookForm, WebhookForm } from "./WebhookForm";

/** Other systems that are told what happens. */
export default function WebhooksPage({ isAdmin }: { isAdmin: boolean }) {
  return (
    <Switch>
      <Route path="/settings/webhooks/:id/deliveries/:delivery">
        {({ id, delivery }) => <DeliveryDetail id={id} deliveryId={delivery} />}
      </Route>
      <Route path="/settings/webhooks/:id">{({ id }) => <WebhookDetail key={id} id={id} isAdmin={isAdmin} />}</Route>
      <Route>
        <All isAdmin={isAdmin} />
      </Route>
    </Switch>
  );
}

function All({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [isAdding, setIsAdding] = useShown(webhookForm());
  const [created, setCreated] = useState<Schemas["CreatedWebhook"] | null>(null);
  const webhooks = usePages(["settings", "webhooks", "all"], (cursor) =>
    ask(api.GET("/api/v1/webhooks", { params: { query: { cursor, limit: 50 } } })),
  );
  return (
    <Page
      title={t("settings.pages.webhooks")}
      about={t("settings.webhooks.about")}
      does={
        <Button look="primary" onClick={() => setIsAdding(true)}>
          <Plus size={15} aria-hidden /> {t("settings.webhooks.add")}
        </Button>
      }
    >
      <Listing
        of={webhooks}
        empty={
          <Empty icon={Hook} title={t("settings.webhooks.none")}>
            <p>{t("settings.webhooks.noneAbout")}</p>
          </Empty>
        }
      >
        {(rows) => (
          <Rows
            label={t("settings.pages.webhooks")}
            heads={[
              t("settings.webhooks.url"),
              t("settings.webhooks.events"),
              t("settings.state"),
              t("settings.added"),
            ]}
            widths={["minmax(0, 220px)"]}
          >
            {rows.map((webhook) => {
              const stands = standing(webhook);
              return (
                <Row
                  key={webhook.id}
                  title={webhook.url}
                  href={`#/settings/webhooks/${webhook.id}`}
                  sub={webhook.description}
                  facts={[
                    { name: t("settings.webhooks.events"), shows: <EventNames events={webhook.events} /> },
                    {
                      name: t("settings.state"),
                      shows: <Pill tone={TONES[stands]}>{t(`settings.webhooks.standing.${stands}`)}</Pill>,
                    },
                    { name: t("settings.added"), shows: <Time at={webhook.createdAt} /> },
                  ]}
                />
              );
            })}
          </Rows>
        )}
      </Listing>
      {isAdding && (
        <WebhookForm
          isAdmin={isAdmin}
          onClose={() => setIsAdding(false)}
          onSend={async (body) => {
            setCreated(await ask(api.POST("/api/v1/webhooks", { body: { ...body, url: body.url ?? "" } })));
            await cache.invalidateQueries({ queryKey: ["settings", "webhooks"] });
          }}
        />
      )}
      {created && <SecretDialog of={created} onClose={() => setCreated(null)} />}
    </Page>
  );
}
