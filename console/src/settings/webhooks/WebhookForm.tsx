import type { Schemas } from "../../api/client";
import { CheckField, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useForm } from "../../ui/form";
import { useWords } from "../../words";
import { EventChoice } from "./EventChoice";
import { EVERYTHING, named } from "./events";
import type { Webhook } from "./states";

interface Props {
  /** One that is there; left out: a new one. */
  webhook?: Webhook;
  isAdmin: boolean;
  onSend: (body: Schemas["ChangeWebhook"]) => Promise<unknown>;
  onClose: () => void;
}

interface WebhookFields {
  url: string;
  description: string;
  events: readonly string[];
  includeInternal: boolean;
  secret: string;
}

export const webhookForm = (id = "new") => `webhook.${id}`;

export function WebhookForm({ webhook, isAdmin, onSend, onClose }: Props) {
  const { t } = useWords();
  const form = useForm<WebhookFields>(
    webhookForm(webhook?.id),
    {
      url: webhook?.url ?? "",
      description: webhook?.description ?? "",
      events: named(webhook?.events ?? [EVERYTHING]),
      includeInternal: webhook?.includeInternal ?? false,
      secret: "",
    },
    { secrets: ["secret"] },
  );
  const { url, description, events, includeInternal, secret } = form.fields;
  const send = () =>
    onSend({
      ...(url.trim() === webhook?.url ? {} : { url: url.trim() }),
      description: description.trim(),
      events: [...events],
      ...(isAdmin ? { includeInternal } : {}),
      ...(secret && { secret }),
    });
  return (
    <FormDialog
      title={webhook ? t("settings.webhooks.editTitle") : t("settings.webhooks.add")}
      does={webhook ? t("ui.save") : t("settings.webhooks.create")}
      sending={form}
      onSend={send}
      onClose={onClose}
      isOff={events.length === 0}
    >
      <TextField
        label={t("settings.webhooks.url")}
        hint={t("settings.webhooks.urlHint")}
        type="url"
        dir="ltr"
        required
        maxLength={2000}
        placeholder="https://"
        {...form.text("url")}
      />
      <TextField label={t("settings.webhooks.description")} maxLength={500} {...form.text("description")} />
      <EventChoice events={events} onChange={(chosen) => form.set({ events: chosen })} problem={form.about("events")} />
      {isAdmin ? (
        <CheckField
          label={t("settings.webhooks.includeInternal")}
          hint={form.about("includeInternal") ?? t("settings.webhooks.includeInternalHint")}
          {...form.box("includeInternal")}
        />
      ) : (
        webhook?.includeInternal && <p className="soft">{t("settings.webhooks.internalByAdmin")}</p>
      )}
      {!webhook && (
        <TextField
          label={t("settings.webhooks.ownSecret")}
          hint={t("settings.webhooks.ownSecretHint")}
          autoComplete="off"
          dir="ltr"
          minLength={8}
          maxLength={400}
          {...form.text("secret")}
        />
      )}
    </FormDialog>
  );
}
