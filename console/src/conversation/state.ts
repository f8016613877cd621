/** What is known of one ticket: read over REST, then kept up to date by what is told on its stream. Pure. */
import type { Schemas } from "../api/client";

export type Ticket = Schemas["TicketPayload"];
export type TicketDetail = Schemas["TicketDetail"];
export type Comment = Schemas["CommentPayload"];
export type Attachment = Schemas["AttachmentPayload"];
export type Activity = Schemas["TimelineItem"];
export type Person = Schemas["PersonPayload"];
export type Kind = "reply" | "note";

export interface TicketState {
  detail: TicketDetail;
  /** The log's number up to which the detail knows everything. */
  seq: number;
}

export interface Happened {
  seq: number;
  event: {
    id: string;
    type: string;
    occurredAt: string;
    actor: { id: string; name: string } | null;
    data: Record<string, unknown>;
    changes?: Record<string, [unknown, unknown]> | null;
  };
}

/** The state after what was told. What it knows already changes nothing. */
export function after(state: TicketState, { seq, event }: Happened): TicketState {
  if (seq <= state.seq) return state;
  const { ticket, comment, attachment, commentId, attachmentId } = event.data as {
    ticket?: Ticket;
    comment?: Comment;
    attachment?: Attachment;
    commentId?: string;
    attachmentId?: string;
  };
  let detail = ticket ? withTicket(state.detail, ticket) : state.detail;
  if (comment) detail = withComment(detail, comment);
  if (attachment) detail = { ...detail, attachments: withOne(detail.attachments, attachment) };
  if (event.type === "comment.deleted" && commentId) detail = withoutComment(detail, commentId);
  if (event.type === "attachment.deleted") {
    detail = { ...detail, attachments: detail.attachments.filter((one) => one.id !== attachmentId) };
  }
  const { type, id, occurredAt, actor, data, changes } = event;
  const activity = { seq, id, type, occurredAt, actor, data, ...(changes ? { changes } : {}) } as Activity;
  return { seq, detail: { ...detail, activities: withActivity(detail.activities, activity) } };
}

/** The ticket's own fields, unless these are older than what is known. */
export function withTicket(detail: TicketDetail, ticket: Ticket): TicketDetail {
  return ticket.version < detail.version ? detail : { ...detail, ...ticket };
}

export function withComment(detail: TicketDetail, comment: Comment): TicketDetail {
  const known = detail.comments.find((one) => one.id === comment.id);
  if (known && known.version >= comment.version) return detail;
  return { ...detail, comments: withOne(detail.comments, comment) };
}

export function withoutComment(detail: TicketDetail, id: string): TicketDetail {
  return {
    ...detail,
    comments: detail.comments.filter((one) => one.id !== id),
    attachments: detail.attachments.filter((one) => one.commentId !== id),
  };
}

function withOne<T extends { id: string }>(all: readonly T[], one: T): T[] {
  const isKnown = all.some((other) => other.id === one.id);
  return isKnown ? all.map((other) => (other.id === one.id ? one : other)) : [...all, one];
}

function withActivity(all: readonly Activity[], one: Activity): Activity[] {
  return all.some((other) => other.id === one.id) ? [...all] : [one, ...all];
}
