/** By when somebody is to be answered: an icon and words, not a colour alone. It ticks with the page. */
import { AlarmClock, CircleCheck, CirclePause, TimerOff, Timer, type LucideIcon } from "lucide-react";
import { memo } from "react";
import type { Schemas } from "../api/client";
import { useWords } from "../words";
import { fullTime, shortUntil } from "../words/times";
import css from "./Deadline.module.css";
import { useNow } from "./Time";

export type Sla = NonNullable<Schemas["TicketPayload"]["sla"]>;

const ICONS: Record<Sla["state"], LucideIcon> = {
  running: Timer,
  warned: AlarmClock,
  breached: TimerOff,
  paused: CirclePause,
  done: CircleCheck,
};

export const Deadline = memo(function Deadline({ sla, withClock = false }: { sla: Sla; withClock?: boolean }) {
  const { t } = useWords();
  const now = useNow();
  const Icon = ICONS[sla.state];
  const clock = sla.clock && t(`ticket.sla.clock.${sla.clock}`);
  const title = sla.dueAt && clock ? `${clock}: ${fullTime(sla.dueAt)}` : undefined;
  return (
    <span className={`${css.deadline} ${css[sla.state]}`} title={title}>
      <Icon size={14} aria-hidden />
      <span className="clip">
        {withClock && clock && <>{clock}: </>}
        {sla.dueAt === null ? (
          t(`ticket.sla.state.${sla.state}`)
        ) : (
          <>
            {sla.state !== "running" && <>{t(`ticket.sla.state.${sla.state}`)}, </>}
            <time dateTime={sla.dueAt}>{shortUntil(sla.dueAt, now)}</time>
          </>
        )}
      </span>
    </span>
  );
});
