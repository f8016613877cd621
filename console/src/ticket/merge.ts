/** One's own change of a ticket against what somebody else changed meanwhile. Pure. */
import type { Ticket } from "../conversation/state";

export interface Fields {
  title?: string;
  description?: string;
  status?: Ticket["status"];
  priority?: Ticket["priority"];
  assignedToId?: string | null;
  teamId?: string | null;
  tags?: string[];
}
export type Field = keyof Fields;

export interface Clash {
  field: Field;
  mine: unknown;
  theirs: unknown;
}

export interface Merged {
  /** What of mine can be done on the ticket as it is now. */
  fields: Fields;
  /** Where both changed the same to something else. */
  clashes: Clash[];
}

/** `base` is what the writer saw. Tags are merged one by one, so they never clash. */
export function merge(base: Ticket, mine: Fields, current: Ticket): Merged {
  const merged: Merged = { fields: {}, clashes: [] };
  for (const field of Object.keys(mine) as Field[]) {
    const [was, wanted, is] = [base[field], mine[field], current[field]];
    if (field === "tags") {
      merged.fields.tags = mergedTags(base.tags, mine.tags ?? [], current.tags);
    } else if (is === wanted) {
      continue;
    } else if ((is ?? null) !== (was ?? null)) {
      merged.clashes.push({ field, mine: wanted, theirs: is });
    } else {
      Object.assign(merged.fields, { [field]: wanted });
    }
  }
  return merged;
}

function mergedTags(base: readonly string[], mine: readonly string[], current: readonly string[]): string[] {
  const kept = current.filter((tag) => mine.includes(tag) || !base.includes(tag));
  return [...kept, ...mine.filter((tag) => !base.includes(tag) && !current.includes(tag))];
}
