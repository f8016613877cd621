/** What the page asks the hub for: days, a time zone, and which tickets. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../api/client";
import type { Days } from "./days";

export type Overview = Schemas["Overview"];
export type Period = Schemas["Period"];
export type Group = Schemas["Group"];
export type Interval = Schemas["Interval"];
export type By = Schemas["GroupsMeta"]["by"];
export const BYS: readonly By[] = ["agent", "team", "tag", "priority"];

/** Which tickets: as a list is narrowed down. Null and empty: all. */
export interface Narrowed {
  view: string | null;
  assignedToId: string | null;
  teamId: string | null;
  priority: readonly Schemas["TicketPriority"][];
  q: string;
}
export const ALL: Narrowed = { view: null, assignedToId: null, teamId: null, priority: [], q: "" };

export function isNarrowed(narrowed: Narrowed): boolean {
  return JSON.stringify(narrowed) !== JSON.stringify(ALL);
}

export interface Asked {
  days: Days;
  zone: string;
  narrowed: Narrowed;
}

const FRESH_MS = 60_000;

function picked(narrowed: Narrowed) {
  return {
    view: narrowed.view,
    assignedToId: narrowed.assignedToId,
    teamId: narrowed.teamId,
    priority: narrowed.priority.length > 0 ? [...narrowed.priority] : undefined,
    q: narrowed.q || null,
  };
}

export function ranged({ days, zone, narrowed }: Asked) {
  return { ...picked(narrowed), from: days.from, to: days.to, timeZone: zone };
}

/** What is shown stays while something else is asked. */
const common = { staleTime: FRESH_MS, placeholderData: <T>(before: T | undefined) => before };

export const overviewOf = (asked: Asked) =>
  queryOptions({
    queryKey: ["analytics", "overview", asked],
    queryFn: () => ask(api.GET("/api/v1/analytics/overview", { params: { query: ranged(asked) } })),
    ...common,
  });

export const seriesOf = (asked: Asked) =>
  queryOptions({
    queryKey: ["analytics", "series", asked],
    queryFn: () => ask(api.GET("/api/v1/analytics/series", { params: { query: ranged(asked) } })),
    ...common,
  });

export const groupsOf = (asked: Asked, by: By) =>
  queryOptions({
    queryKey: ["analytics", "groups", by, asked],
    queryFn: () => ask(api.GET("/api/v1/analytics/groups", { params: { query: { ...ranged(asked), by } } })),
    ...common,
  });

export const backlogOf = (narrowed: Narrowed) =>
  queryOptions({
    queryKey: ["analytics", "backlog", narrowed],
    queryFn: () => ask(api.GET("/api/v1/analytics/backlog", { params: { query: picked(narrowed) } })),
    ...common,
  });
