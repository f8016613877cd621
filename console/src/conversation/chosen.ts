/**
 * The files that were chosen and not yet sent, by person, ticket and kind. They stay while this page lives, and those that
 * have arrived stay on this device as long as the hub would still attach them.
 */
import { current as session, subscribe as onSession } from "../session/session";
import type { Uploaded } from "./outbox";
import type { Kind } from "./state";

export interface Upload {
  id: string;
  name: string;
  size: number;
  state: "sending" | "done" | "refused";
  /** 0 to 1. */
  progress: number;
  uploaded?: Uploaded;
  problem?: string;
}

type Step =
  | { is: "added"; uploads: Upload[] }
  | { is: "went"; id: string; progress: number }
  | { is: "done"; id: string; uploaded: Uploaded }
  | { is: "refused"; id: string; problem: string }
  | { is: "removed"; ids: readonly string[] };

export function uploadsAfter(all: readonly Upload[], step: Step): readonly Upload[] {
  const change = (id: string, fields: Partial<Upload>) =>
    all.map((one) => (one.id === id && one.state === "sending" ? { ...one, ...fields } : one));
  switch (step.is) {
    case "added":
      return [...all, ...step.uploads];
    case "went":
      return change(step.id, { progress: step.progress });
    case "done":
      return change(step.id, { state: "done", progress: 1, uploaded: step.uploaded });
    case "refused":
      return change(step.id, { state: "refused", problem: step.problem });
    case "removed":
      return all.filter((one) => !step.ids.includes(one.id));
  }
}

const PLACE = "hub.files.";
/** The hub attaches what arrived a day ago (docs/attachments.md); a little less. */
const STAYS_MS = 23 * 3600_000;

interface Kept {
  at: number;
  files: Uploaded[];
}

/** What is on its way, by the upload's id. */
export const running = new Map<string, AbortController>();
const places = new Map<string, readonly Upload[]>();
const listeners = new Set<() => void>();

export const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export function placeOf(personId: string, ticketId: string, kind: Kind): string {
  return `${PLACE}${personId}.${ticketId}.${kind}`;
}

export function chosen(place: string): readonly Upload[] {
  let all = places.get(place);
  if (!all) {
    all = keptAt(place, Date.now()).map(shown);
    places.set(place, all);
  }
  return all;
}

export function tell(place: string, step: Step): void {
  const all = uploadsAfter(chosen(place), step);
  places.set(place, all);
  const files = all.flatMap((one) => (one.uploaded ? [one.uploaded] : []));
  if (step.is !== "went") keepAt(place, files, Date.now());
  for (const listener of listeners) listener();
}

/** One that has arrived. */
export function shown(uploaded: Uploaded): Upload {
  const { key, filename, fileSize } = uploaded;
  return { id: key, name: filename, size: fileSize, state: "done", progress: 1, uploaded };
}

function keptAt(place: string, now: number): Uploaded[] {
  const kept = JSON.parse(localStorage.getItem(place) ?? "null") as Kept | null;
  return kept && now - kept.at < STAYS_MS ? kept.files : [];
}

/** The oldest of them says how long they all stay. */
function keepAt(place: string, files: Uploaded[], now: number): void {
  const before = JSON.parse(localStorage.getItem(place) ?? "null") as Kept | null;
  if (files.length === 0) localStorage.removeItem(place);
  else localStorage.setItem(place, JSON.stringify({ at: before?.at ?? now, files }));
}

function forget(): void {
  for (const one of running.values()) one.abort();
  running.clear();
  places.clear();
}

let knownAs: string | null = null;
onSession(() => {
  const now = session();
  const me = now.is === "in" ? now.me.id : now.is === "out" ? null : knownAs;
  if (me !== knownAs) forget();
  knownAs = me;
});
