import { CircleAlert, CircleCheck, CircleDashed, CirclePause, Clock, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import css from "./Pill.module.css";

export type Tone = "good" | "waits" | "bad" | "rests" | "plain";

const ICONS: Record<Tone, LucideIcon> = {
  good: CircleCheck,
  waits: Clock,
  bad: CircleAlert,
  rests: CirclePause,
  plain: CircleDashed,
};

/** How something stands: a form and a word, not a colour alone. */
export function Pill({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <span className={`${css.pill} ${css[tone]}`}>
      <Icon size={13} aria-hidden />
      {children}
    </span>
  );
}
