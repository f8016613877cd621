import { Dialog } from "../../ui/Dialog";
import { Button } from "../../ui/Button";
import { Copyable } from "../../ui/Copyable";
import { useWords } from "../../words";
import { fullTime } from "../../words/times";
import css from "./Webhooks.module.css";

interface Props {
  of: { secret: string; signingSecret: string; previousUntil?: string | null };
  onClose: () => void;
}

/** The one time that the secret is shown. */
export function SecretDialog({ of, onClose }: Props) {
  const { t } = useWords();
  return (
    <Dialog title={t("settings.webhooks.secretTitle")} onClose={onClose}>
      <p className="soft">{t("settings.webhooks.secretOnce")}</p>
      <Copyable label={t("settings.webhooks.signingSecret")} text={of.signingSecret} />
      <Copyable label={t("settings.webhooks.plainSecret")} text={of.secret} />
      {of.previousUntil && (
        <p className="soft">{t("settings.webhooks.previousUntil", { moment: fullTime(of.previousUntil) })}</p>
      )}
      <div className={css.foot}>
        <Button look="primary" onClick={onClose}>
          {t("settings.keptIt")}
        </Button>
      </div>
    </Dialog>
  );
}
