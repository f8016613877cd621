/** The frames of `/ws/v1`, both ways. Written from docs/asyncapi.json by `make asyncapi`: do not change it here. */

export interface ActorShape {
  id: string;
  name: string;
}

/** Sign in, or renew the token of a signed-in socket. */
export interface Auth {
  id?: string | number | null;
  type: "auth";
  token: string;
}

/**
 * The answer to `auth`. The socket ends with 4401 at `expiresAt` (RFC 3339, if it has an end)
 * unless renewed.
 */
export interface Authenticated {
  id?: string | number | null;
  type: "authenticated";
  person: PersonShape;
  expiresAt?: string | null;
}

/**
 * This person answers the ticket: the first has it, for 5 minutes; again renews it. `take`: from
 * whoever has it.
 */
export interface Claim {
  id?: string | number | null;
  type: "claim";
  ticketId: string;
  take?: boolean;
}

/**
 * The answer to `claim` and `release`: who has the ticket now, until when, and whether it is you.
 */
export interface ClaimFrame {
  id?: string | number | null;
  type: "claimed";
  ticketId: string;
  mine: boolean;
  by?: ActorShape | null;
  until?: string | null;
}

/** What runs against a promise (helpdesk/sla/clocks.py). */
export type ClockKind = "first_response" | "next_response" | "resolution";

/** On `me`: a draft of this person was saved (`version`, `updatedAt`) or is gone (`removed`). */
export interface DraftFrame {
  type: "draft";
  ticketId: string;
  kind: "reply" | "note";
  version?: number | null;
  updatedAt?: string | null;
  removed?: true | null;
}

export type ErrorCode = "BAD_REQUEST" | "VALIDATION_ERROR" | "NOT_FOUND" | "UNAUTHORIZED" | "FORBIDDEN" | "TOO_MANY_SUBSCRIPTIONS" | "TOO_MANY_CONNECTIONS" | "TOO_MANY_VIEWS" | "TOO_MANY_TICKETS";

/** A frame was refused. The connection stays, unless a close follows. */
export interface ErrorFrame {
  id?: string | number | null;
  type: "error";
  code: ErrorCode;
  message: string;
}

/** An event of a stream. The client has missed something iff `prev` is greater than its place. */
export interface EventFrame {
  type: "event";
  stream: string;
  seq: number;
  prev: number;
  event: EventShape;
}

/**
 * What happened. `data` is what a webhook's `data` is; `{"redacted": true}` where it was taken
 * back.
 */
export interface EventShape {
  id: string;
  type: string;
  occurredAt: string;
  actor: ActorShape | null;
  data: Record<string, unknown>;
  changes?: Record<string, [unknown, unknown]> | null;
}

/** The filter of `GET /tickets` as JSON. Only the JSON names are its fields. */
export interface FilterInBody {
  status?: Array<TicketStatus>;
  priority?: Array<TicketPriority>;
  assignedToId?: string | "me" | "none" | null;
  teamId?: string | "mine" | "none" | null;
  requesterId?: string | "me" | null;
  createdById?: string | "me" | null;
  tag?: Array<string>;
  field?: Array<string>;
  sla?: Array<"due" | "running" | "warned" | "breached" | "paused" | "done" | "none">;
  q?: string | null;
  createdFrom?: string | null;
  createdTo?: string | null;
  updatedFrom?: string | null;
  updatedTo?: string | null;
  slaDueFrom?: string | null;
  slaDueTo?: string | null;
}

/** The socket is about to close with this code: come back in so many milliseconds, and resume. */
export interface Goodbye {
  type: "goodbye";
  code: number;
  reason: string;
  comeBackInMs: number;
}

/**
 * Somebody at a ticket, over all their sockets: `kind` is what they type, `claimedUntil` that they
 * answer it.
 */
export interface PersonHere {
  id: string;
  name: string;
  state: "viewing" | "typing";
  kind?: "reply" | "note" | null;
  claimedUntil?: string | null;
}

/** Somebody as an author, requester or assignee. Requesters do not get other people's `email`. */
export interface PersonPayload {
  id: string;
  email?: string | null;
  firstName: string;
  lastName: string;
  name: string;
}

export interface PersonShape {
  id: string;
  name: string;
  role: string;
}

export interface Ping {
  id?: string | number | null;
  type: "ping";
}

/** A ticket that belongs at this place of the window, counted from 0. */
export interface PlacedTicket {
  at: number;
  ticket: TicketPayload;
}

export interface Pong {
  id?: string | number | null;
  type: "pong";
}

/**
 * This socket is at a ticket, or (`away`) no more. Typing becomes viewing after 8 s; the rest needs
 * no renewal.
 */
export interface Presence {
  id?: string | number | null;
  type: "presence";
  ticketId: string;
  state: "viewing" | "typing" | "away";
  kind?: "reply" | "note" | null;
}

/**
 * Everybody who is at a ticket now; no seq, no replay. `agentIsTyping`: for requesters, instead of
 * people.
 */
export interface PresenceFrame {
  id?: string | number | null;
  type: "presence";
  ticketId: string;
  people: Array<PersonHere>;
  agentIsTyping?: boolean | null;
}

/** This person does not answer the ticket after all. */
export interface Release {
  id?: string | number | null;
  type: "release";
  ticketId: string;
}

/**
 * What lies between the client's place and (epoch, seq) cannot be told: read the state anew, go on
 * from here.
 */
export interface Reset {
  type: "reset";
  stream: string;
  epoch: string;
  seq: number;
}

/** The place a client has on a stream: all it needs to remember. */
export interface Since {
  epoch: string;
  seq: number;
}

/**
 * What is promised next on a ticket. `clock` and `dueAt` are null while nothing is due: it is
 * paused, or done.
 */
export interface SlaPayload {
  policyId: string;
  clock: ClockKind | null;
  dueAt: string | null;
  state: SlaState;
  breached: boolean;
}

/** How it stands with what is promised next on a ticket. */
export type SlaState = "running" | "warned" | "breached" | "paused" | "done";

/**
 * Follow a stream from now on, or from `since` on. Following it already: begin anew at that place.
 * `filter` (the fields of `GET /tickets`) and what follows it make a live view; `queue` and
 * `view:<label>` take them.
 */
export interface Subscribe {
  id?: string | number | null;
  type: "subscribe";
  stream: string;
  since?: Since | null;
  filter?: FilterInBody | null;
  viewId?: string | null;
  sortBy?: "createdAt" | "updatedAt" | "number" | "title" | "status" | "priority" | "assignedTo" | "slaDueAt" | string | null;
  sortOrder?: "asc" | "desc" | null;
  window?: number | null;
}

/**
 * The stream is followed, and (epoch, seq) is the client's place on it: now, or the `since` that it
 * gave.
 */
export interface Subscribed {
  id?: string | number | null;
  stream: string;
  epoch: string;
  seq: number;
  type: "subscribed";
}

/** Everything up to `seq` has been sent: after a replay, and about every 25 seconds. */
export interface Synced {
  type: "synced";
  stream: string;
  epoch: string;
  seq: number;
}

/** A team, as tickets name it. */
export interface TeamReference {
  id: string;
  name: string;
}

/**
 * A ticket. Requesters do not get `metadata`, the team, what is promised (`sla`), or the
 * `hiddenFields`.
 */
export interface TicketPayload {
  id: string;
  number: number;
  title: string;
  description: string;
  status: TicketStatus;
  priority: TicketPriority;
  requesterId: string;
  requester: PersonPayload;
  createdById: string;
  createdBy: PersonPayload;
  assignedToId: string | null;
  assignedTo: PersonPayload | null;
  teamId?: string | null;
  team?: TeamReference | null;
  mergedIntoId?: string | null;
  tags: Array<string>;
  customFields: Record<string, unknown>;
  hiddenFields?: Array<string>;
  metadata?: Record<string, unknown> | null;
  sla?: SlaPayload | null;
  version: number;
  lastActivityAt: string;
  createdAt: string;
  updatedAt: string;
}

export type TicketPriority = "low" | "medium" | "high" | "urgent";

export type TicketStatus = "open" | "in_progress" | "pending" | "resolved" | "closed" | "cancelled";

export interface Unsubscribe {
  id?: string | number | null;
  type: "unsubscribe";
  stream: string;
}

/** The stream is no longer followed: asked for, or the ticket is gone for this person. */
export interface Unsubscribed {
  id?: string | number | null;
  type: "unsubscribed";
  stream: string;
}

/**
 * What is different in a live view since `prev`. To apply it take away what `left`, and the tickets
 * of `entered` and `changed` where they stand; then insert these in the order of their places. The
 * result is the window at `seq`.
 */
export interface ViewChange {
  type: "view";
  stream: string;
  seq: number;
  prev: number;
  entered: Array<PlacedTicket>;
  changed: Array<PlacedTicket>;
  left: Array<string>;
  count: number;
  isCapped: boolean;
}

/**
 * A live view as it is at `seq`: its first rows in their order, and how many tickets stand in it.
 * `isPartial`: the rows of the next frame, a `window` too, come after these; then it is whole.
 */
export interface Window {
  type: "window";
  stream: string;
  epoch: string;
  seq: number;
  rows: Array<TicketPayload>;
  count: number;
  isCapped: boolean;
  isPartial?: boolean | null;
}

export type ClientFrame =
  | Auth
  | Subscribe
  | Unsubscribe
  | Ping
  | Presence
  | Claim
  | Release;

export type ServerFrame =
  | Authenticated
  | Subscribed
  | Unsubscribed
  | EventFrame
  | Window
  | ViewChange
  | Synced
  | Reset
  | PresenceFrame
  | ClaimFrame
  | DraftFrame
  | Pong
  | Goodbye
  | ErrorFrame;
