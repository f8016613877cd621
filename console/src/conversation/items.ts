/** What was said and what happened, in one order. Pure. */
import type { Activity, Attachment, Comment, Person, TicketDetail } from "./state";

export type Change = readonly [field: string, before: unknown, after: unknown];

export type Item =
  | { is: "description"; id: string; at: string; author: Person; text: string; files: Attachment[] }
  | { is: "comment"; id: string; at: string; seq: number | null; comment: Comment; files: Attachment[] }
  | { is: "changes"; id: string; at: string; seq: number; actor: Activity["actor"]; changes: Change[] }
  | {
      is: "moved";
      id: string;
      at: string;
      seq: number;
      actor: Activity["actor"];
      /** What was done, as the event is called. */
      did: string;
      other: { id: string; number: number };
      isSource: boolean;
    }
  | { is: "file"; id: string; at: string; seq: number; actor: Activity["actor"]; name: string; isGone: boolean };

/** Changes that one person made within this time are one line. */
const TOGETHER_MS = 60_000;
/** Nobody reads these as they are. */
const SILENT = new Set(["metadata", "sla"]);

interface Earlier {
  comments: readonly Comment[];
  activities: readonly Activity[];
}

export function itemsOf(detail: TicketDetail, earlier: Earlier = { comments: [], activities: [] }): Item[] {
  const activities = unique([...detail.activities, ...earlier.activities]);
  const added = new Map<string, Activity>();
  for (const one of activities) {
    const id = one.type === "comment.added" && (one.data["comment"] as { id?: string } | undefined)?.id;
    if (id) added.set(id, one);
  }
  const gone = new Set(activities.flatMap((one) => (one.type === "comment.deleted" ? [one.data["commentId"]] : [])));
  const filesOf = (commentId: string | null) => detail.attachments.filter((one) => one.commentId === commentId);
  const there = unique([...detail.comments, ...earlier.comments]).filter((one) => !gone.has(one.id));
  const comments = there.map((comment): Item => {
    const event = added.get(comment.id);
    const at = event?.occurredAt ?? comment.createdAt;
    return { is: "comment", id: comment.id, at, seq: event?.seq ?? null, comment, files: filesOf(comment.id) };
  });
  const said = [...comments, ...activities.flatMap(asItem)].sort(inOrder);
  const description: Item = {
    is: "description",
    id: detail.id,
    at: detail.createdAt,
    author: detail.createdBy,
    text: detail.description,
    files: filesOf(null),
  };
  return [description, ...said.reduce<Item[]>(together, [])];
}

/** The first of each id counts. */
function unique<T extends { id: string }>(all: readonly T[]): T[] {
  const seen = new Set<string>();
  return all.filter((one) => !seen.has(one.id) && seen.add(one.id));
}

function asItem(activity: Activity): Item[] {
  const { id, seq, occurredAt: at, actor, type, data } = activity;
  const other = data["otherTicket"] as { id: string; number: number } | undefined;
  if (other) return [{ is: "moved", id, at, seq, actor, did: type, other, isSource: data["isSource"] === true }];
  const changes = Object.entries(activity.changes ?? {}).flatMap(([field, pair]): Change[] =>
    SILENT.has(field) ? [] : [[field, pair[0], pair[1]]],
  );
  if (changes.length > 0) return [{ is: "changes", id, at, seq, actor, changes }];
  const file = data["attachment"] as Attachment | undefined;
  if (type === "attachment.added" && file && file.commentId === null) {
    return [{ is: "file", id, at, seq, actor, name: file.filename, isGone: false }];
  }
  if (type === "attachment.deleted") return [{ is: "file", id, at, seq, actor, name: "", isGone: true }];
  return [];
}

function inOrder(one: Item, other: Item): number {
  return Date.parse(one.at) - Date.parse(other.at) || seqOf(one) - seqOf(other) || (one.id < other.id ? -1 : 1);
}

function seqOf(item: Item): number {
  return "seq" in item ? (item.seq ?? 0) : 0;
}

/** One line for what one person changed in one go; a field that went there and back is as if it had stayed. */
function together(lines: Item[], next: Item): Item[] {
  const last = lines.at(-1);
  const isOne =
    last?.is === "changes" &&
    next.is === "changes" &&
    last.actor?.id === next.actor?.id &&
    Date.parse(next.at) - Date.parse(last.at) < TOGETHER_MS;
  if (!isOne) return [...lines, next];
  const changes = merged(last.changes, next.changes);
  const rest = lines.slice(0, -1);
  return changes.length > 0 ? [...rest, { ...last, changes }] : rest;
}

function merged(before: readonly Change[], then: readonly Change[]): Change[] {
  const all = new Map(before.map((change) => [change[0], change]));
  for (const [field, from, to] of then) all.set(field, [field, all.get(field)?.[1] ?? from, to]);
  return [...all.values()].filter(([, from, to]) => JSON.stringify(from) !== JSON.stringify(to));
}

/** How many public replies of others came after those that were seen, and the number of the log before the first of them. */
export function unread(
  items: readonly Item[],
  me: string,
  seen: ReadonlySet<string>,
): { count: number; before: number | null } {
  const news = items.filter((item) => item.is === "comment" && item.comment.authorId !== me && !seen.has(item.id));
  const replies = news.flatMap((item) =>
    item.is === "comment" && !item.comment.isInternal && item.seq !== null ? [item.seq] : [],
  );
  return { count: news.length, before: replies.length > 0 ? Math.min(...replies) - 1 : null };
}

const FOR_REQUESTERS = new Set(["status", "priority", "title", "description", "assignedToId"]);

/** Without how the desk sorts its work. */
export function forRequester(items: readonly Item[]): Item[] {
  return items.flatMap((item): Item[] => {
    if (item.is === "moved") return [];
    if (item.is !== "changes") return [item];
    const changes = item.changes.filter(([field]) => FOR_REQUESTERS.has(field));
    return changes.length > 0 ? [{ ...item, changes }] : [];
  });
}
