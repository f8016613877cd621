import { CloudOff, RefreshCw } from "lucide-react";
import { useLine } from "../live/context";
import { useWords } from "../words";
import css from "./LineNote.module.css";

/** Only where what is seen may not be now. */
export function LineNote() {
  const { t } = useWords();
  const { state } = useLine();
  return (
    <span role="status" className={css.note} data-state={state}>
      {state === "offline" && (
        <>
          <CloudOff size={14} aria-hidden /> <span>{t("portal.offline")}</span>
        </>
      )}
      {state === "catching_up" && (
        <>
          <RefreshCw size={14} aria-hidden /> <span>{t("portal.catchingUp")}</span>
        </>
      )}
    </span>
  );
}
