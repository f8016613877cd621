/** What changed, in few words: pure. */

export type Changes = Record<string, unknown[]>;

const LONGEST = 60;

/** Names by id: of people and teams. */
export type Names = ReadonlyMap<string, string>;
const NOBODY: Names = new Map();

/** A value as one line: nothing is a dash, a list its parts, a thing with a name its name. */
export function spoken(value: unknown, names: Names = NOBODY): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.length === 0 ? "–" : value.map((one) => spoken(one, names)).join(", ");
  if (typeof value === "object") {
    const named = "name" in value ? value.name : undefined;
    return typeof named === "string" ? named : JSON.stringify(value);
  }
  return typeof value === "string" ? (names.get(value) ?? value) : JSON.stringify(value);
}

/** The same, cut where it would fill the row. */
export function short(value: unknown, names: Names = NOBODY): string {
  const text = spoken(value, names).replace(/\s+/g, " ");
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** The number of the ticket it is about, where the entry tells it. */
export function ticketNumber(data: Record<string, unknown>): number | null {
  const { ticket } = data;
  const number = typeof ticket === "object" && ticket !== null && "number" in ticket ? ticket.number : null;
  return typeof number === "number" ? number : null;
}

export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

/** By field; what only follows from other fields (`assignedTo` from `assignedToId`) is left out. */
export function listChanges(changes: Changes | null): Change[] {
  const all = Object.entries(changes ?? {}).map(([field, [before, after]]) => ({ field, before, after }));
  return all.filter((one) => !(one.field.endsWith("Id") && one.field.slice(0, -2) in (changes ?? {})));
}
