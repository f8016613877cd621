/** How long a desk keeps what it keeps: `keepDays` in its settings. Pure; the hub says the rest (docs/keeping.md). */

/** What can be said, and the fewest days. */
export const KEPT = { log: 30, origins: 1, accessLog: 1, mails: 8, deliveries: 6, notifications: 1 } as const;
export type Kind = keyof typeof KEPT;
export const KINDS = Object.keys(KEPT) as Kind[];
export const MOST_DAYS = 36_500;

export type Rule = "hub" | "ever" | "days";
export interface Keeping {
  rule: Rule;
  /** As it is typed. */
  days: string;
}

const ofHub: Keeping = { rule: "hub", days: "" };

export function keepingOf(settings: Record<string, unknown>): Record<Kind, Keeping> {
  const said = settings["keepDays"];
  const known = (typeof said === "object" && said !== null ? said : {}) as Record<string, unknown>;
  const one = (kind: Kind): Keeping => {
    const days = known[kind];
    if (typeof days !== "number") return ofHub;
    return days === 0 ? { rule: "ever", days: "" } : { rule: "days", days: String(days) };
  };
  return Object.fromEntries(KINDS.map((kind) => [kind, one(kind)])) as Record<Kind, Keeping>;
}

export function daysOf(keeping: Record<Kind, Keeping>): Partial<Record<Kind, number>> {
  const said = KINDS.filter((kind) => keeping[kind].rule !== "hub");
  const days = ({ rule, days: typed }: Keeping) => (rule === "ever" ? 0 : Number(typed));
  return Object.fromEntries(said.map((kind) => [kind, days(keeping[kind])]));
}

/** Less is kept from tonight on than was: what is older goes. */
export function isShorter(kind: Kind, before: Keeping, now: Keeping): boolean {
  if (now.rule !== "days" || !(Number(now.days) >= KEPT[kind])) return false;
  return before.rule !== "days" || Number(now.days) < Number(before.days);
}
