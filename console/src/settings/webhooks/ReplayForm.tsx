import { useId } from "react";
import { api, ask } from "../../api/client";
import { TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useForm } from "../../ui/form";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import css from "./Webhooks.module.css";

interface Props {
  id: string;
  onClose: () => void;
  onDone: () => Promise<unknown>;
}

interface ReplayFields {
  by: "time" | "seq";
  sinceTime: string;
  sinceSeq: string;
}

/** The log once more, from a moment or a number on. */
export function ReplayForm({ id, onClose, onDone }: Props) {
  const { t } = useWords();
  const name = useId();
  const form = useForm<ReplayFields>(`replay.${id}`, { by: "time", sinceTime: "", sinceSeq: "" });
  const { by, sinceTime, sinceSeq } = form.fields;
  const onSend = async () => {
    const body = by === "time" ? { sinceTime: new Date(sinceTime).toISOString() } : { sinceSeq: Number(sinceSeq) };
    await ask(api.POST("/api/v1/webhooks/{webhook_id}/replay", { params: { path: { webhook_id: id } }, body }));
    await onDone();
    toast(t("settings.webhooks.replayed"));
  };
  return (
    <FormDialog
      title={t("settings.webhooks.replayTitle")}
      does={t("settings.webhooks.replay")}
      sending={form}
      onSend={onSend}
      onClose={onClose}
    >
      <p className="soft">{t("settings.webhooks.replayAbout")}</p>
      <fieldset className={css.choice}>
        <legend>{t("settings.webhooks.replayFrom")}</legend>
        <div className={css.radios}>
          <label>
            <input type="radio" name={name} checked={by === "time"} onChange={() => form.set({ by: "time" })} />
            {t("settings.webhooks.byTime")}
          </label>
          <label>
            <input type="radio" name={name} checked={by === "seq"} onChange={() => form.set({ by: "seq" })} />
            {t("settings.webhooks.bySeq")}
          </label>
        </div>
      </fieldset>
      {by === "time" ? (
        <TextField
          key="time"
          label={t("settings.webhooks.sinceTime")}
          hint={t("settings.browserTime")}
          type="datetime-local"
          required
          {...form.text("sinceTime")}
        />
      ) : (
        <TextField
          key="seq"
          label={t("settings.webhooks.sinceSeq")}
          type="number"
          min={1}
          required
          {...form.text("sinceSeq")}
        />
      )}
    </FormDialog>
  );
}
