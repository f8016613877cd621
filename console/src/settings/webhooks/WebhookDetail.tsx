import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  CircleAlert,
  CirclePause,
  Ellipsis,
  KeyRound,
  Pause,
  Pencil,
  Play,
  Radio,
  RotateCcw,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { api, ask, type Schemas } from "../../api/client";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { useShown } from "../../ui/form";
import { Menu } from "../../ui/Menu";
import { Facts, Page } from "../../ui/Page";
import { Pill } from "../../ui/Pill";
import { Failed, Skeleton, useProblem } from "../../ui/States";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { fullTime } from "../../words/times";
import { Deliveries } from "./Deliveries";
import { EventNames } from "./EventNames";
import { ReplayForm } from "./ReplayForm";
import { RotateForm } from "./RotateForm";
import { SecretDialog } from "./SecretDialog";
import { standing, TONES, type Webhook } from "./states";
import css from "./Webhooks.module.css";
import { webhookForm, WebhookForm } from "./WebhookForm";

type Shown = "edit" | "rotate" | "replay" | "delete" | Schemas["NewSecret"] | null;

/** One endpoint: how it stands, what can be done with it, what was delivered. */
export function WebhookDetail({ id, isAdmin }: { id: string; isAdmin: boolean }) {
  const { t } = useWords();
  const back = { name: t("settings.pages.webhooks"), href: "#/settings/webhooks" };
  const { data, error, refetch } = useQuery({
    queryKey: ["settings", "webhooks", id],
    queryFn: () => ask(api.GET("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: id } } })),
  });
  if (data) return <One webhook={data} isAdmin={isAdmin} back={back} />;
  return (
    <Page title={t("settings.webhooks.one")} back={back}>
      {error ? <Failed error={error} onAgain={() => void refetch()} /> : <Skeleton />}
    </Page>
  );
}

interface Props {
  webhook: Webhook;
  isAdmin: boolean;
  back: { name: string; href: string };
}

function One({ webhook, isAdmin, back }: Props) {
  const { t } = useWords();
  const [, go] = useLocation();
  const cache = useQueryClient();
  const inWords = useProblem();
  const [shows, setShows] = useState<Shown>(useShown(webhookForm(webhook.id))[0] ? "edit" : null);
  const close = () => setShows(null);
  const at = { params: { path: { webhook_id: webhook.id } } };
  const stands = standing(webhook);
  const changed = () => cache.invalidateQueries({ queryKey: ["settings", "webhooks"] });
  const change = async (body: Schemas["ChangeWebhook"]) => {
    await ask(api.PATCH("/api/v1/webhooks/{webhook_id}", { ...at, body }));
    await changed();
  };
  const now = (does: () => Promise<unknown>) => () =>
    void does().catch((error: unknown) => toast(inWords(error), { isProblem: true }));
  const ping = async () => {
    const sent = await ask(api.POST("/api/v1/webhooks/{webhook_id}/ping", at));
    await changed();
    go(`/settings/webhooks/${webhook.id}/deliveries/${sent.id}`);
  };
  const remove = async () => {
    await ask(api.DELETE("/api/v1/webhooks/{webhook_id}", at));
    go("/settings/webhooks");
    cache.removeQueries({ queryKey: ["settings", "webhooks", webhook.id] });
    await cache.invalidateQueries({ queryKey: ["settings", "webhooks", "all"] });
  };
  return (
    <Page
      title={<bdi dir="ltr">{webhook.url}</bdi>}
      about={webhook.description}
      back={back}
      does={
        <>
          <Button onClick={now(ping)}>
            <Radio size={15} aria-hidden /> {t("settings.webhooks.ping")}
          </Button>
          <Button onClick={() => setShows("edit")}>
            <Pencil size={15} aria-hidden /> {t("ui.edit")}
          </Button>
          <Menu
            label={t("ui.more")}
            icon={<Ellipsis size={16} aria-hidden />}
            items={[
              webhook.isActive
                ? {
                    name: t("settings.webhooks.pause"),
                    icon: <Pause size={15} />,
                    onPick: now(() => change({ isActive: false })),
                  }
                : {
                    name: t("settings.webhooks.resume"),
                    icon: <Play size={15} />,
                    onPick: now(() => change({ isActive: true })),
                  },
              { name: t("settings.webhooks.rotate"), icon: <KeyRound size={15} />, onPick: () => setShows("rotate") },
              { name: t("settings.webhooks.replay"), icon: <RotateCcw size={15} />, onPick: () => setShows("replay") },
              { name: t("ui.delete"), icon: <Trash2 size={15} />, isDanger: true, onPick: () => setShows("delete") },
            ]}
          />
        </>
      }
    >
      <Trouble webhook={webhook} onResume={now(() => change({ isActive: true }))} />
      <Facts
        all={[
          [
            t("settings.state"),
            <Pill key="" tone={TONES[stands]}>
              {t(`settings.webhooks.standing.${stands}`)}
            </Pill>,
          ],
          [t("settings.webhooks.events"), <EventNames key="" events={webhook.events} all />],
          [
            t("settings.webhooks.internal"),
            webhook.includeInternal ? t("settings.webhooks.internalYes") : t("settings.webhooks.internalNo"),
          ],
          [t("settings.webhooks.seq"), String(webhook.seq)],
          [t("settings.added"), fullTime(webhook.createdAt)],
        ]}
      />
      <Deliveries id={webhook.id} />
      {shows === "edit" && <WebhookForm webhook={webhook} isAdmin={isAdmin} onClose={close} onSend={change} />}
      {shows === "rotate" && <RotateForm id={webhook.id} onClose={close} onNew={setShows} />}
      {shows === "replay" && <ReplayForm id={webhook.id} onClose={close} onDone={changed} />}
      {shows === "delete" && (
        <Confirm title={t("settings.webhooks.deleteTitle")} does={t("ui.delete")} onConfirm={remove} onClose={close}>
          {t("settings.webhooks.deleteAbout")}
        </Confirm>
      )}
      {shows !== null && typeof shows === "object" && <SecretDialog of={shows} onClose={close} />}
    </Page>
  );
}

/** Why nothing arrives, and what can be done about it. */
function Trouble({ webhook, onResume }: { webhook: Webhook; onResume: () => void }) {
  const { t } = useWords();
  const stands = standing(webhook);
  if (stands === "active") return null;
  const rests = stands === "paused";
  const since = webhook.failingSince ? fullTime(webhook.failingSince) : "";
  return (
    <div className={`${css.told} ${rests ? css.rests : ""}`} role="status">
      {rests ? <CirclePause size={16} aria-hidden /> : <CircleAlert size={16} aria-hidden />}
      <p className="grow">{t(`settings.webhooks.trouble.${stands}`, { since })}</p>
      {!webhook.isActive && <Button onClick={onResume}>{t("settings.webhooks.resume")}</Button>}
    </div>
  );
}
