/** What an endpoint can be told of (docs/webhooks.md). A type stands for those below it. */
export const EVERYTHING = "*";

export const GROUPS = {
  ticket: [
    "ticket.created",
    "ticket.updated",
    "ticket.status_changed",
    "ticket.closed",
    "ticket.assigned",
    "ticket.priority_changed",
    "ticket.linked",
    "ticket.unlinked",
    "ticket.merged",
    "ticket.unmerged",
    "ticket.split",
    "ticket.deleted",
  ],
  comment: ["comment.added", "comment.updated", "comment.deleted"],
  attachment: ["attachment.added", "attachment.scanned", "attachment.deleted"],
  sla: ["sla.changed", "sla.warned", "sla.breached"],
} as const;

export type Group = keyof typeof GROUPS;
export type EventType = (typeof GROUPS)[Group][number];

const ABOVE: Partial<Record<string, EventType>> = {
  "ticket.status_changed": "ticket.updated",
  "ticket.closed": "ticket.status_changed",
  "ticket.assigned": "ticket.updated",
  "ticket.priority_changed": "ticket.updated",
  "sla.warned": "sla.changed",
  "sla.breached": "sla.changed",
  "ticket.merged": "ticket.updated",
  "ticket.unmerged": "ticket.updated",
};

/** The original service's names stay valid. */
const ORIGINAL: Partial<Record<string, EventType>> = {
  TICKET_CREATED: "ticket.created",
  TICKET_UPDATED: "ticket.updated",
  TICKET_CLOSED: "ticket.closed",
  COMMENT_ADDED: "comment.added",
};

/** Types that stand above it, the nearest first. */
export function above(type: string): EventType[] {
  const next = ABOVE[type];
  return next ? [next, ...above(next)] : [];
}

/** How deep it stands below others: 0 for what stands alone. */
export function depth(type: string): number {
  return above(type).length;
}

/** As the hub names them now. */
export function named(events: readonly string[]): string[] {
  return [...new Set(events.map((name) => ORIGINAL[name] ?? name))];
}

/** Does it come because a type above it does? */
export function comesAlong(events: readonly string[], type: string): boolean {
  return events.includes(EVERYTHING) || above(type).some((one) => events.includes(one));
}

/** With it, or without it where it was there; what then comes along anyway is not named any more. */
export function toggled(events: readonly string[], type: string): string[] {
  if (events.includes(type)) return events.filter((one) => one !== type);
  return [...events.filter((one) => !above(one).includes(type as EventType)), type];
}
