/** Rows of the table by agent, team, tag or priority. Pure. */
import type { By, Group } from "./asked";

export type Column = "created" | "resolved" | "open" | "unanswered" | "firstResponse" | "resolution";

export interface Order {
  column: Column;
  descending: boolean;
}

/** A number to show and sort by; of durations the median, null where there is none. */
export function valueOf(group: Group, column: Column): number | null {
  return column === "firstResponse" || column === "resolution" ? group[column].median : group[column];
}

/** In this order; what has no value stands at the end either way. */
export function sorted(groups: readonly Group[], order: Order | null): readonly Group[] {
  if (order === null) return groups;
  const sign = order.descending ? -1 : 1;
  return [...groups].sort((one, two) => {
    const [a, b] = [valueOf(one, order.column), valueOf(two, order.column)];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return sign * (a - b);
  });
}

/** How the search language names these tickets; null: it cannot. */
export function searchFor(by: By, key: string | null): string | null {
  switch (by) {
    case "agent":
      return `assignee:${key ?? "none"}`;
    case "priority":
      return key === null ? null : `priority:${key}`;
    case "tag":
      return key === null || /["\\]/.test(key) ? null : `tag:"${key}"`;
    default:
      return null;
  }
}
