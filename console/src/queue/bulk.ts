/** Many tickets at once (docs/bulk.md), and the way back. What is computed here is pure. */
import { api, ask, type Schemas } from "../api/client";
import { persistently } from "../api/persistently";
import type { Filter } from "./asked";
import type { Ticket } from "./useLiveList";

export type Set = Schemas["BulkChange"]["set"];
export type Answer = Schemas["BulkAnswer"];

/** What is done to the chosen tickets. */
export interface Doing {
  set?: Partial<NonNullable<Set>>;
  addTags?: string[];
  removeTags?: string[];
  delete?: boolean;
}

export type Chosen = { ids: string[] } | { viewId: string } | { filter: Filter };

type Body = Schemas["BulkChange"];

function change(body: Partial<Body>): Promise<Answer> {
  const headers = { "Idempotency-Key": crypto.randomUUID() }; // so that it is done once
  return persistently(() => ask(api.POST("/api/v1/tickets/bulk", { headers, body })));
}

export function changeMany(chosen: Chosen, doing: Doing): Promise<Answer> {
  return change({ ...chosen, ...doing });
}

/** One call of the way back. */
export interface Back {
  ids: string[];
  versions: Record<string, number>;
  set?: Record<string, unknown>;
  addTags?: string[];
  removeTags?: string[];
}

const FIELDS = ["status", "priority", "assignedToId", "teamId"] as const;

/**
 * What brings `changed` tickets back to how they were `before`, where nobody has changed them since (`versions`): one
 * call for all that were alike.
 */
export function wayBack(before: readonly Ticket[], doing: Doing, answer: Answer): Back[] {
  const changed = new Map(answer.data.filter((one) => one.status === "changed").map((one) => [one.id, one]));
  const calls = new Map<string, Back>();
  for (const ticket of before) {
    const result = changed.get(ticket.id);
    if (result?.version == null) continue;
    const back: Omit<Back, "ids" | "versions"> = {};
    const fields = FIELDS.filter((name) => doing.set && name in doing.set);
    if (fields.length > 0) back.set = Object.fromEntries(fields.map((name) => [name, ticket[name] ?? null]));
    const gained = (doing.addTags ?? []).filter((tag) => !ticket.tags.includes(tag));
    const lost = (doing.removeTags ?? []).filter((tag) => ticket.tags.includes(tag));
    if (gained.length > 0) back.removeTags = gained;
    if (lost.length > 0) back.addTags = lost;
    const key = JSON.stringify(back);
    const call = calls.get(key) ?? { ids: [], versions: {}, ...back };
    call.ids.push(ticket.id);
    call.versions[ticket.id] = result.version;
    calls.set(key, call);
  }
  return [...calls.values()];
}

/** How many are as they were. */
export async function goBack(calls: readonly Back[]): Promise<number> {
  let undone = 0;
  for (const call of calls) undone += (await change(call)).meta.changed;
  return undone;
}
