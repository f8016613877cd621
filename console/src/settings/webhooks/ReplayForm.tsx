import { useId, useState } from "react";
import { api, ask } from "../../api/client";
import { TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useSending } from "../../ui/sending";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import css from "./Webhooks.module.css";

interface Props {
  id: string;
  onClose: () => void;
  onDone: () => Promise<unknown>;
}

/** The log once more, from a moment or a number on. */
export function ReplayForm({ id, onClose, onDone }: Props) {
  const { t } = useWords();
  const name = useId();
  const sending = useSending(["sinceSeq", "sinceTime"]);
  const [by, setBy] = useState<"time" | "seq">("time");
  const [moment, setMoment] = useState("");
  const [seq, setSeq] = useState("");
  const onSend = async () => {
    const body = by === "time" ? { sinceTime: new Date(moment).toISOString() } : { sinceSeq: Number(seq) };
    await ask(api.POST("/api/v1/webhooks/{webhook_id}/replay", { params: { path: { webhook_id: id } }, body }));
    await onDone();
    toast(t("settings.webhooks.replayed"));
  };
  return (
    <FormDialog
      title={t("settings.webhooks.replayTitle")}
      does={t("settings.webhooks.replay")}
      sending={sending}
      onSend={onSend}
      onClose={onClose}
    >
      <p className="soft">{t("settings.webhooks.replayAbout")}</p>
      <fieldset className={css.choice}>
        <legend>{t("settings.webhooks.replayFrom")}</legend>
        <div className={css.radios}>
          <label>
            <input type="radio" name={name} checked={by === "time"} onChange={() => setBy("time")} />
            {t("settings.webhooks.byTime")}
          </label>
          <label>
            <input type="radio" name={name} checked={by === "seq"} onChange={() => setBy("seq")} />
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
          value={moment}
          onChange={(event) => setMoment(event.target.value)}
          problem={sending.about("sinceTime")}
        />
      ) : (
        <TextField
          key="seq"
          label={t("settings.webhooks.sinceSeq")}
          type="number"
          min={1}
          required
          value={seq}
          onChange={(event) => setSeq(event.target.value)}
          problem={sending.about("sinceSeq")}
        />
      )}
    </FormDialog>
  );
}
