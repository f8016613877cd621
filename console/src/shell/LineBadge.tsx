import { useLine } from "../live/context";
import { useWords } from "../words";
import css from "./LineBadge.module.css";

/** How far what is shown is from now. */
export function LineBadge() {
  const { t } = useWords();
  const line = useLine();
  const text = {
    connecting: t("shell.line.connecting"),
    live: t("shell.line.live"),
    offline: t("shell.line.offline"),
    catching_up:
      line.state === "catching_up" && line.behind
        ? t("shell.line.catchingUpBehind", { count: line.behind })
        : t("shell.line.catchingUp"),
  }[line.state];
  return (
    <span className={css.badge} data-state={line.state} role="status" title={t(`shell.lineHint.${line.state}`)}>
      <i aria-hidden />
      {text}
    </span>
  );
}
