/**
 * What was sent and is not yet on the hub: it waits a moment for an undo, and as long as it must for the hub. It is kept on
 * this device, so a closed page loses nothing, and each has a key, so trying again never says it twice.
 */
import { api, ask, Refusal, type Schemas } from "../api/client";
import { beforeSignOut, current as session, subscribe as onSession } from "../session/session";
import { toast } from "../ui/toasts";
import { words } from "../words";
import type { OnHub } from "./draft";
import type { Comment, Kind } from "./state";

export const UNDO_MS = 5000;
const LONGEST_MS = 20_000;
const PLACE = "hub.outbox.";

export interface Uploaded {
  key: string;
  filename: string;
  mimeType: string;
  fileSize: number;
}

export interface Pending {
  /** Also what tells the hub that a second try is the same. */
  id: string;
  /** Whose it is: another who signs in on this device sends nothing of it. */
  by: string;
  ticketId: string;
  kind: Kind;
  content: string;
  /** Up to where in the log the writer has read; null: send it whatever came in. */
  seenSeq: number | null;
  draft: OnHub | null;
  files: Uploaded[];
  sendAt: number;
  state: "waiting" | "sending" | "unreachable" | "unseen" | "refused";
  tries: number;
  problem?: string;
  unseen?: Comment[];
}

type Outcome =
  | { is: "sent"; pending: Pending; comment: Comment }
  | { is: "refused"; pending: Pending }
  | { is: "fileRefused"; pending: Pending; name: string; problem: string };

/** Says whether it shows it. */
type Hearer = (outcome: Outcome) => boolean;

let all: readonly Pending[] = [];
const listeners = new Set<() => void>();
const hearers = new Set<Hearer>();
const timers = new Map<string, ReturnType<typeof setTimeout>>();
const letGo = new Map<string, () => void>();

export const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const everything = (): readonly Pending[] => all;
export const hear = (hearer: Hearer): (() => void) => {
  hearers.add(hearer);
  return () => hearers.delete(hearer);
};

function become(next: readonly Pending[]): void {
  all = next;
  for (const listener of listeners) listener();
}

function tell(outcome: Outcome): void {
  const isShown = [...hearers].map((hearer) => hearer(outcome)).includes(true);
  if (isShown || outcome.is === "sent") return;
  // Its ticket is not open any more.
  const { ticketId } = outcome.pending;
  const look = { name: words.t("conversation.look"), onPick: () => location.assign(`#/tickets/${ticketId}`) };
  const text = outcome.is === "refused" ? words.t("conversation.notSent") : fileProblem(outcome.name, outcome.problem);
  toast(text, { isProblem: true, staysMs: 15_000, action: look });
}

export function fileProblem(name: string, problem: string): string {
  return words.t("conversation.file.notAttached", { name, problem });
}

export function change(id: string, fields: Partial<Pending>): void {
  become(all.map((one) => (one.id === id ? { ...one, ...fields } : one)));
  const now = all.find((one) => one.id === id);
  if (now) localStorage.setItem(PLACE + now.id, JSON.stringify(now));
}

/** When what is sent now goes out, if nobody takes it back. */
export const undoUntil = (): number => Date.now() + UNDO_MS;

/** It goes out when the time for an undo is over. */
export function post(pending: Pending): void {
  own(pending);
  become([...all, pending]);
  change(pending.id, {});
  later(pending.id, pending.sendAt - Date.now());
}

/** Away from here, not sent (or sent already). */
export function drop(id: string): Pending | undefined {
  const found = all.find((one) => one.id === id);
  clearTimeout(timers.get(id));
  timers.delete(id);
  localStorage.removeItem(PLACE + id);
  letGo.get(id)?.();
  letGo.delete(id);
  become(all.filter((one) => one.id !== id));
  return found;
}

/** Now: nobody will undo it, or the hub is back. */
export async function flush(ticketId?: string): Promise<void> {
  const isMeant = (one: Pending) =>
    (ticketId === undefined || one.ticketId === ticketId) && (one.state === "waiting" || one.state === "unreachable");
  await Promise.all(all.filter(isMeant).map((one) => send(one.id)));
}

/** Whatever came in: the hub is not asked to look. Another text or another intent is another request, so another key. */
export function sendAnyway(id: string): void {
  const found = drop(id);
  if (!found) return;
  const again: Pending = { ...found };
  delete again.unseen;
  delete again.problem;
  post({ ...again, id: crypto.randomUUID(), seenSeq: null, state: "waiting", sendAt: Date.now(), tries: 0 });
}

function later(id: string, ms: number): void {
  clearTimeout(timers.get(id));
  timers.set(id, setTimeout(() => void send(id), Math.max(0, ms))); // prettier-ignore
}

function request(pending: Pending, keepalive = false) {
  const { content, kind, seenSeq, draft } = pending;
  return api.POST("/api/v1/tickets/{ticket_id}/comments", {
    params: { path: { ticket_id: pending.ticketId }, header: { "Idempotency-Key": pending.id } },
    body: {
      content,
      isInternal: kind === "note",
      ...(seenSeq === null ? {} : { seenSeq }),
      ...(draft?.id ? { draftId: draft.id } : {}),
    },
    keepalive,
  });
}

async function send(id: string): Promise<void> {
  const pending = all.find((one) => one.id === id);
  if (!pending || pending.state === "sending") return;
  clearTimeout(timers.get(id));
  const before = all.slice(0, all.indexOf(pending)).find((one) => one.ticketId === pending.ticketId && isUnderWay(one));
  if (before) {
    // What was said first is told first; `next` sends this one then.
    change(id, { state: "unreachable" });
    if (before.state === "waiting") void send(before.id);
    return;
  }
  change(id, { state: "sending" });
  try {
    const comment = await ask(request(pending));
    await attach(pending, comment);
    tell({ is: "sent", pending, comment });
    drop(id);
    await next(pending.ticketId);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refused(pending, error);
  }
}

/** Is it on its way, so that nothing has to be decided about it? */
export function isUnderWay(pending: Pending): boolean {
  return pending.state !== "unseen" && pending.state !== "refused";
}

async function next(ticketId: string): Promise<void> {
  const waiting = all.find((one) => one.ticketId === ticketId && one.state === "unreachable");
  if (waiting) await send(waiting.id);
}

function refused(pending: Pending, error: Refusal): void {
  const { id } = pending;
  if (isPassing(error)) {
    const tries = pending.tries + 1;
    change(id, { state: "unreachable", tries });
    const wait = error.retryAfter === null ? Math.min(LONGEST_MS, 1000 * 2 ** tries) : error.retryAfter * 1000;
    later(id, wait * (0.75 + Math.random() / 2));
  } else if (error.reason === "unseen_replies") {
    change(id, { state: "unseen", unseen: error.data["unseen"] as Comment[] });
    tell({ is: "refused", pending });
  } else {
    change(id, { state: "refused", problem: error.message });
    tell({ is: "refused", pending });
  }
  if (!isPassing(error)) void next(pending.ticketId);
}

/** Nobody answered, it is too much just now, the first try is still under way, or one must sign in again first. */
function isPassing({ status, reason }: Refusal): boolean {
  return (
    status === 0 || status === 429 || status === 401 || status >= 500 || (status === 409 && reason !== "unseen_replies")
  );
}

async function attach(pending: Pending, comment: Comment): Promise<void> {
  for (const [at, file] of pending.files.entries()) {
    try {
      await ask(registered(pending.ticketId, { ...file, commentId: comment.id }, `${pending.id}-${at}`));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.reason === "already_registered") continue;
      if (isPassing(error)) throw error;
      tell({ is: "fileRefused", pending, name: file.filename, problem: error.message });
    }
  }
}

export function registered(ticketId: string, body: Schemas["RegisterAttachment"], key: string) {
  return api.POST("/api/v1/tickets/{ticket_id}/attachments", {
    params: { path: { ticket_id: ticketId }, header: { "Idempotency-Key": key } },
    body,
  });
}

/** While this page lives it is this page that sends it; then the next. */
function own(pending: Pending): void {
  void navigator.locks.request(PLACE + pending.id, () => new Promise<void>((done) => letGo.set(pending.id, done)));
}

/** What a page that is no more left behind. */
function adopt(me: string): void {
  for (const place of Object.keys(localStorage).filter((one) => one.startsWith(PLACE))) {
    const left = JSON.parse(localStorage.getItem(place) ?? "null") as Pending | null;
    if (left?.by !== me || all.some((one) => one.id === left.id)) continue;
    void navigator.locks.request(place, { ifAvailable: true }, (lock) => {
      if (!lock || localStorage.getItem(place) === null) return undefined;
      const isOpen = left.state === "unseen" || left.state === "refused";
      become([...all, isOpen ? left : { ...left, state: "waiting" }]);
      if (!isOpen) later(left.id, 0);
      return new Promise<void>((done) => letGo.set(left.id, done));
    });
  }
}

let knownAs: string | null = null;
function look(): void {
  const now = session();
  const me = now.is === "in" ? now.me.id : null;
  if (me === knownAs) return;
  knownAs = me;
  for (const timer of timers.values()) clearTimeout(timer);
  for (const done of letGo.values()) done();
  letGo.clear();
  become([]);
  if (me !== null) setTimeout(() => adopt(me), 0);
}

onSession(look);
beforeSignOut(flush);
look();
addEventListener("pagehide", () => {
  for (const one of all) if (one.state === "waiting") void request(one, true).catch(() => undefined);
});
