import { Check } from "lucide-react";
import type { TicketDetail } from "../conversation/state";
import { Button } from "../ui/Button";
import { useWords } from "../words";
import type { Clash } from "./merge";
import css from "./Properties.module.css";

interface ConflictProps {
  clash: Clash;
  /** Of a person or a team. */
  nameOf?: (value: unknown) => string | undefined;
  onSettle: (clash: Clash, isMine: boolean) => void;
}

/** Somebody else changed the same to something else: both are shown, one is chosen. */
export function Conflict({ clash, nameOf, onSettle }: ConflictProps) {
  const { t } = useWords();
  const inWords = (value: unknown): string => {
    if (clash.field === "status") return t(`status.${value as TicketDetail["status"]}`);
    if (clash.field === "priority") return t(`priority.${value as TicketDetail["priority"]}`);
    return value === null ? t("ui.none") : (nameOf?.(value) ?? (value as string));
  };
  return (
    <div role="alert" className={css.conflict}>
      <p>{t("ticket.conflict", { theirs: inWords(clash.theirs), mine: inWords(clash.mine) })}</p>
      <Button onClick={() => onSettle(clash, false)}>
        <Check size={13} aria-hidden /> {t("ticket.keepTheirs", { value: inWords(clash.theirs) })}
      </Button>
      <Button onClick={() => onSettle(clash, true)}>{t("ticket.useMine", { value: inWords(clash.mine) })}</Button>
    </div>
  );
}
