/** The days that figures are asked for, as the clock of a time zone has them. Pure. A day is written as 2026-01-31. */

export type Span = 7 | 30 | 90;
export const SPANS: readonly Span[] = [7, 30, 90];

/** Some days up to today, or days of one's own. */
export type Chosen = { span: Span } | { from: string; to: string };

export interface Days {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;
const MOST_DAYS = 1096;

/** The day that it is now on the clocks of this zone. */
export function today(zone: string, now: number): string {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone,
    calendar: "gregory",
    numberingSystem: "latn",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "";
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/** So many days after it; before it, where it is less than nothing. */
export function daysAfter(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

export function daysOf(chosen: Chosen, present: string): Days {
  if (!("span" in chosen)) return chosen;
  return { from: daysAfter(present, 1 - chosen.span), to: present };
}

/** How many days there are, the first and the last counted. */
export function countOf({ from, to }: Days): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS) + 1;
}

export type DaysProblem = "missing" | "order" | "future" | "long";

/** Why these days cannot be asked for; null: they can. */
export function problemOf(days: Days, present: string): DaysProblem | null {
  const isDay = (day: string) => /^20\d\d-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day));
  if (!isDay(days.from) || !isDay(days.to)) return "missing";
  if (days.to < days.from) return "order";
  if (days.from > present) return "future";
  return countOf(days) > MOST_DAYS ? "long" : null;
}
