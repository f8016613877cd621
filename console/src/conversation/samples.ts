/** Tickets, comments and activities for tests. */
import type { Activity, Comment, TicketDetail } from "./state";

const MOMENT = "2026-01-01T12:00:00.000Z";
const person = (id: string) => ({ id, firstName: id, lastName: "", name: id });

export function aTicket(fields: Partial<TicketDetail> = {}): TicketDetail {
  return {
    id: "t1",
    number: 1,
    title: "A ticket",
    description: "",
    status: "open",
    priority: "medium",
    requesterId: "uma",
    requester: person("uma"),
    createdById: "uma",
    createdBy: person("uma"),
    assignedToId: null,
    assignedTo: null,
    teamId: null,
    team: null,
    tags: [],
    customFields: {},
    metadata: {},
    version: 1,
    lastActivityAt: MOMENT,
    createdAt: MOMENT,
    updatedAt: MOMENT,
    comments: [],
    attachments: [],
    activities: [],
    ...fields,
  };
}

export function aComment(fields: Partial<Comment> = {}): Comment {
  const author = fields.authorId ?? "uma";
  return {
    id: "c1",
    ticketId: "t1",
    authorId: author,
    authorName: author,
    author: person(author),
    content: "Hello",
    isInternal: false,
    version: 1,
    createdAt: MOMENT,
    updatedAt: MOMENT,
    editedAt: null,
    ...fields,
  };
}

export function anActivity(fields: Partial<Activity> = {}): Activity {
  return {
    seq: 1,
    id: "e1",
    type: "ticket.updated",
    occurredAt: MOMENT,
    actor: { id: "ada", name: "Ada" },
    data: {},
    ...fields,
  };
}
