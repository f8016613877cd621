import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { SelectField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useSending } from "../../ui/sending";
import { useWords } from "../../words";

const OVERLAPS = [0, 1, 24, 72, 168] as const;

interface Props {
  id: string;
  onNew: (secret: Schemas["NewSecret"]) => void;
  onClose: () => void;
}

/** Another secret; for a while both sign, so that the receiver can follow in its own time. */
export function RotateForm({ id, onNew, onClose }: Props) {
  const { t } = useWords();
  const sending = useSending(["overlapHours"]);
  const [hours, setHours] = useState<number>(24);
  const onSend = async () => {
    onNew(
      await ask(
        api.POST("/api/v1/webhooks/{webhook_id}/rotate-secret", {
          params: { path: { webhook_id: id } },
          body: { overlapHours: hours },
        }),
      ),
    );
  };
  return (
    <FormDialog
      title={t("settings.webhooks.rotateTitle")}
      does={t("settings.webhooks.rotate")}
      sending={sending}
      onSend={onSend}
      onClose={onClose}
      onDone={() => undefined}
    >
      <p className="soft">{t("settings.webhooks.rotateAbout")}</p>
      <SelectField
        label={t("settings.webhooks.overlap")}
        value={hours}
        onChange={(event) => setHours(Number(event.target.value))}
        problem={sending.about("overlapHours")}
      >
        {OVERLAPS.map((one) => (
          <option key={one} value={one}>
            {one === 0 ? t("settings.webhooks.overlapNone") : t("settings.webhooks.hours", { count: one })}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
