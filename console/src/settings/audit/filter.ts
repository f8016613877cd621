/** Which rows of the audit are shown. Pure. */
export const AREAS = [
  "any",
  "ticket",
  "comment",
  "attachment",
  "user",
  "team",
  "view",
  "custom_field",
  "tag",
  "macro",
  "ticket_template",
  "api_key",
  "webhook",
  "desk",
  "export",
  "access",
] as const;
export const SPANS = ["any", "1", "7", "30", "90"] as const;
export type Span = (typeof SPANS)[number];

export interface AuditFilter {
  area: (typeof AREAS)[number];
  userId: string | null;
  span: Span;
  /** The moment from which on; null: all that is kept. */
  from: string | null;
}

export const EVERYTHING: AuditFilter = { area: "any", userId: null, span: "any", from: null };

const DAY_MS = 86_400_000;

/** The last so many days, counted from `now`, and no longer than they are shown. */
export function spanned(filter: AuditFilter, span: Span, now: number): AuditFilter {
  const from = span === "any" ? null : new Date(now - Number(span) * DAY_MS).toISOString();
  return { ...filter, span, from };
}

export function asQuery({ area, userId, from }: AuditFilter) {
  return { type: area === "any" ? null : area, userId, from };
}
