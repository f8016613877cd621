/** How statuses and priorities look: a form each, not a colour alone. */
import { Circle, CircleCheck, CircleDashed, CircleDot, CircleSlash, CirclePause, Flame, SignalHigh, SignalLow, SignalMedium, type LucideIcon } from "lucide-react"; // prettier-ignore
import { memo } from "react";
import { useWords } from "../words";
import css from "./Marks.module.css";

export const STATUSES = ["open", "in_progress", "pending", "resolved", "closed", "cancelled"] as const;
export const PRIORITIES = ["urgent", "high", "medium", "low"] as const;
export type Status = (typeof STATUSES)[number];
export type Priority = (typeof PRIORITIES)[number];

const STATUS_ICONS: Record<Status, LucideIcon> = {
  open: Circle,
  in_progress: CircleDot,
  pending: CirclePause,
  resolved: CircleCheck,
  closed: CircleDashed,
  cancelled: CircleSlash,
};
const PRIORITY_ICONS: Record<Priority, LucideIcon> = {
  urgent: Flame,
  high: SignalHigh,
  medium: SignalMedium,
  low: SignalLow,
};

export const StatusMark = memo(function StatusMark({ status }: { status: Status }) {
  const { t } = useWords();
  const Icon = STATUS_ICONS[status];
  return (
    <>
      <Icon size={15} className={css[status]} aria-hidden />
      <span className="clip">{t(`status.${status}`)}</span>
    </>
  );
});

export const PriorityMark = memo(function PriorityMark({ priority }: { priority: Priority }) {
  const { t } = useWords();
  const Icon = PRIORITY_ICONS[priority];
  return (
    <>
      <Icon size={15} className={css[priority]} aria-hidden />
      <span className="clip">{t(`priority.${priority}`)}</span>
    </>
  );
});

export function Tag({ name }: { name: string }) {
  return <span className={css.tag}>{name}</span>;
}
