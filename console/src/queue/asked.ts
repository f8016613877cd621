/** What a list is asked for: a saved view or a search, and what is narrowed down besides. Pure. */
import type { Schemas } from "../api/client";

export type Filter = Schemas["FilterInBody"];
export type SortBy = Schemas["CreateView"]["sortBy"];
export type SortOrder = Schemas["CreateView"]["sortOrder"];

export interface Asked {
  /** A saved view; null: all tickets, as in a search. */
  viewId: string | null;
  filter: Filter;
  sortBy: NonNullable<SortBy>;
  sortOrder: NonNullable<SortOrder>;
}

/** The frame that asks the socket for it; `window` rows. */
export function asLiveView(asked: Asked, window: number): Record<string, unknown> {
  return {
    filter: asked.filter,
    ...(asked.viewId === null ? {} : { viewId: asked.viewId }),
    sortBy: asked.sortBy,
    sortOrder: asked.sortOrder,
    window,
  };
}

/** The same as the query of `GET /tickets`. */
export function asQuery(asked: Asked): Record<string, unknown> {
  return {
    ...asked.filter,
    ...(asked.viewId === null ? {} : { view: asked.viewId }),
    sortBy: asked.sortBy,
    sortOrder: asked.sortOrder,
  };
}

/** The whole list as `POST /tickets/bulk` is told of it; null where that cannot be said: a view that is narrowed down. */
export function wholeList(asked: Asked): { viewId: string } | { filter: Filter } | null {
  if (asked.viewId === null) return { filter: asked.filter };
  return isNarrowed(asked.filter) ? null : { viewId: asked.viewId };
}

/** Is anything narrowed down besides the view? */
export function isNarrowed(filter: Filter): boolean {
  return Object.values(filter).some((value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
}

/** The filter without what says nothing: empty lists, empty texts, nulls. */
export function trimmed(filter: Filter): Filter {
  const said = Object.entries(filter).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));
  return Object.fromEntries(said);
}
