import { useState } from "react";
import type { Schemas } from "../../api/client";
import { CheckField, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useSending } from "../../ui/sending";
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

export function WebhookForm({ webhook, isAdmin, onSend, onClose }: Props) {
  const { t } = useWords();
  const sending = useSending(["url", "description", "events", "includeInternal", "secret"]);
  const [url, setUrl] = useState(webhook?.url ?? "");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [events, setEvents] = useState<readonly string[]>(named(webhook?.events ?? [EVERYTHING]));
  const [includeInternal, setIncludeInternal] = useState(webhook?.includeInternal ?? false);
  const [secret, setSecret] = useState("");
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
      sending={sending}
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
        value={url}
        onChange={(event) => setUrl(event.target.value)}
        problem={sending.about("url")}
      />
      <TextField
        label={t("settings.webhooks.description")}
        maxLength={500}
        value={description}
        onChange={(event) => setDescription(event.target.value)}
        problem={sending.about("description")}
      />
      <EventChoice events={events} onChange={setEvents} problem={sending.about("events")} />
      {isAdmin ? (
        <CheckField
          label={t("settings.webhooks.includeInternal")}
          hint={sending.about("includeInternal") ?? t("settings.webhooks.includeInternalHint")}
          checked={includeInternal}
          onChange={(event) => setIncludeInternal(event.target.checked)}
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
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
          problem={sending.about("secret")}
        />
      )}
    </FormDialog>
  );
}
