/** Moments as people read them, in their language and time zone. Moments come as RFC 3339. */
import { currentLocale } from "./index";

const KEPT_AT = "hub.timeZone";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The time zone that was chosen on this device; null: the browser's. */
export function keptTimeZone(): string | null {
  return localStorage.getItem(KEPT_AT);
}

export function timeZone(): string {
  return keptTimeZone() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function chooseTimeZone(name: string | null): void {
  if (name === null) localStorage.removeItem(KEPT_AT);
  else localStorage.setItem(KEPT_AT, name);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const language = currentLocale();
  const key = JSON.stringify([language, timeZone(), options]);
  let found = formats.get(key);
  if (!found) formats.set(key, (found = new Intl.DateTimeFormat(language, { timeZone: timeZone(), ...options })));
  return found;
}

/** To make one takes longer than to draw a row. */
const relatives = new Map<string, Intl.RelativeTimeFormat>();

function relativeFormat(language: string): Intl.RelativeTimeFormat {
  let found = relatives.get(language);
  if (!found) {
    found = new Intl.RelativeTimeFormat(language, { style: "narrow", numeric: "auto" });
    relatives.set(language, found);
  }
  return found;
}

/** "3 Nov 2026, 14:05" */
export function fullTime(moment: string): string {
  return format({ dateStyle: "medium", timeStyle: "short" }).format(new Date(moment));
}

export function day(moment: string): string {
  return format({ dateStyle: "medium" }).format(new Date(moment));
}

/** "3 Nov 2026" of a day that is written as 2026-11-03, whatever the zone. */
export function dayName(written: string): string {
  return format({ dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${written}T00:00:00Z`));
}

/** "14:00" */
export function clock(moment: string): string {
  return format({ hour: "2-digit", minute: "2-digit" }).format(new Date(moment));
}

/** "3 Nov" */
export function shortDay(moment: string): string {
  return format({ day: "numeric", month: "short" }).format(new Date(moment));
}

/** "Tue, 3 Nov 2026" */
export function weekday(moment: string): string {
  return format({ weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(new Date(moment));
}

/** "Nov 2026" */
export function month(moment: string): string {
  return format({ month: "short", year: "numeric" }).format(new Date(moment));
}

/** "now", "12 min. ago", "3 days ago", then the day: short, for lists. */
export function shortAgo(moment: string, now: number): string {
  const past = Math.max(0, now - Date.parse(moment));
  const relative = relativeFormat(currentLocale());
  if (past < MINUTE) return relative.format(0, "second");
  if (past < HOUR) return relative.format(-Math.floor(past / MINUTE), "minute");
  if (past < DAY) return relative.format(-Math.floor(past / HOUR), "hour");
  if (past < 30 * DAY) return relative.format(-Math.floor(past / DAY), "day");
  return format({ day: "numeric", month: "short", year: "numeric" }).format(new Date(moment));
}

/** "in 2 hr.", "12 min. ago": how far a moment is from now, either way. */
export function shortUntil(moment: string, now: number): string {
  const ahead = Date.parse(moment) - now;
  if (ahead <= 0) return shortAgo(moment, now);
  const relative = relativeFormat(currentLocale());
  if (ahead < MINUTE) return relative.format(1, "minute");
  if (ahead < HOUR) return relative.format(Math.floor(ahead / MINUTE), "minute");
  if (ahead < DAY) return relative.format(Math.floor(ahead / HOUR), "hour");
  return relative.format(Math.floor(ahead / DAY), "day");
}

export function number(value: number): string {
  return new Intl.NumberFormat(currentLocale()).format(value);
}

/** "12 %" with its sign, which `value` has already: 12 is twelve hundredths. */
export function percent(value: number, signed = true): string {
  const options = { style: "percent", signDisplay: signed ? "exceptZero" : "auto" } as const;
  return new Intl.NumberFormat(currentLocale(), options).format(value / 100);
}

type DurationUnit = "second" | "minute" | "hour" | "day";

/** A duration in seconds by its two greatest units, rounded to what is worth saying; nothing that is nothing. Pure. */
export function durationParts(seconds: number): readonly (readonly [number, DurationUnit])[] {
  const exact = seconds < 599.5 ? 1 : seconds < 86_370 ? 60 : 3600;
  const whole = Math.round(seconds / exact) * exact;
  const parts: readonly (readonly [number, DurationUnit])[] = [
    [Math.floor(whole / 86_400), "day"],
    [Math.floor(whole / 3600) % 24, "hour"],
    [Math.floor(whole / 60) % 60, "minute"],
    [whole % 60, "second"],
  ];
  const said = parts.filter(([count]) => count > 0).slice(0, 2);
  return said.length > 0 ? said : [[0, "second"]];
}

/** "2h 5m": a duration in seconds, as people read it. */
export function duration(seconds: number): string {
  const part = ([count, unit]: readonly [number, DurationUnit]) =>
    new Intl.NumberFormat(currentLocale(), { style: "unit", unit, unitDisplay: "narrow" }).format(count);
  return durationParts(seconds).map(part).join(" ");
}

/** "1.2 MB" */
export function fileSize(bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return new Intl.NumberFormat(currentLocale(), {
    style: "unit",
    unit: units[step],
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** step);
}
