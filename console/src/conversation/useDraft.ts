/** Saves what is typed as docs/drafts.md says; until the hub has it, this device keeps every keystroke. */
import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useEffectEvent, useReducer, useRef, useState } from "react";
import { answer, api, ask, ifMatch, Refusal, type Schemas } from "../api/client";
import { useFrames, useLine, useStream } from "../live/context";
import { useMe } from "../session/context";
import { beforeSignOut } from "../session/session";
import { isDirty, next, shouldRead, shouldSave, toKeep, UNKNOWN, type Draft, type Kept, type OnHub } from "./draft";
import type { Kind } from "./state";

const PAUSE_MS = 1000;
const AGAIN_MS = 4000;

export interface DraftBox {
  draft: Draft;
  type: (text: string) => void;
  takeOffered: () => void;
  keepMine: () => void;
  /** It is sent now: the box is empty. `saved` is what the hub has of it, once a save that is under way is answered. */
  take: () => { text: string; saved: Promise<OnHub | null> };
  restore: (text: string, saved: OnHub | null) => void;
}

/** What stands in the boxes of this page, by their places: a ticket may go away under what is written on it. */
const written = new Map<string, string>();
const placeOf = (personId: string, ticketId: string, kind: Kind) => `hub.draft.${personId}.${ticketId}.${kind}`;
const placesOn = (personId: string, ticketId: string) =>
  (["reply", "note"] as const).map((kind) => placeOf(personId, ticketId, kind));

/** What one has written on a ticket and not sent, as this page and this device know it. */
export function writtenOn(personId: string, ticketId: string): string[] {
  const texts = placesOn(personId, ticketId).map((place) => written.get(place) ?? kept(place)?.text ?? "");
  return texts.filter((text) => text.trim() !== "");
}

export function forgetWritten(personId: string, ticketId: string): void {
  for (const place of placesOn(personId, ticketId)) {
    written.delete(place);
    keep(place, null);
  }
}

/** `isHeld`: what was written before is about to be sent; until it is, nothing of the next is saved on the hub. */
export function useDraft(ticketId: string, kind: Kind, seenSeq: number | null, isHeld: boolean): DraftBox {
  const me = useMe();
  const cache = useQueryClient();
  const isLive = useLine().state === "live";
  const place = placeOf(me.id, ticketId, kind);
  const [draft, tell] = useReducer(next, UNKNOWN, (empty) => ({ ...empty, text: kept(place)?.text ?? "" }));
  const [tries, setTries] = useState(0);
  const saving = useRef<Promise<OnHub | null>>(Promise.resolve(null));
  const seen = useRef(seenSeq);
  const newest = useRef(draft);
  useEffect(() => {
    newest.current = draft;
    seen.current = seenSeq;
  });

  const isOpening = !draft.isOpen && !isHeld;
  useEffect(() => {
    if (!isOpening) return undefined;
    let isOver = false;
    readDrafts(cache, ticketId).then(
      (all) => isOver || tell({ is: "opened", onHub: onHubOf(all, kind), kept: kept(place) }),
      () => isOver || setTimeout(() => !isOver && setTries((count) => count + 1), AGAIN_MS),
    );
    return () => {
      isOver = true;
    };
  }, [isOpening, isLive, tries, cache, ticketId, kind, place]);

  const read = useCallback(() => {
    readDrafts(cache, ticketId).then(
      (all) => tell({ is: "found", onHub: onHubOf(all, kind) }),
      () => undefined,
    );
  }, [cache, ticketId, kind]);
  const mustRead = shouldRead(draft) && !isHeld;
  useEffect(() => {
    if (mustRead) read();
  }, [mustRead, draft.heard, read]);
  useFrames((frame) => {
    if (frame.type !== "draft" || frame["ticketId"] !== ticketId || frame["kind"] !== kind || isHeld) return;
    if (frame["removed"]) {
      if (draft.saved && !draft.isSaving) read();
    } else tell({ is: "heard", version: Number(frame["version"]) });
  });
  useStream("me", (told) => {
    // What was saved elsewhere while the line was away was told to nobody here.
    if (told.kind === "began" && told.resumed && draft.isOpen && !draft.isSaving && !isHeld) read();
  });

  const save = useCallback(() => {
    const now = newest.current;
    tell({ is: "saving" });
    saving.current = put(ticketId, kind, now, seen.current).then(
      (onHub) => {
        tell({ is: "saved", onHub });
        return onHub;
      },
      (error: unknown) => {
        if (error instanceof Refusal && error.status === 412) {
          const current = (error.data["current"] ?? null) as Schemas["DraftPayload"] | null;
          tell({ is: "refused", current });
          return current;
        }
        tell({ is: "stuck" });
        return now.saved;
      },
    );
  }, [ticketId, kind]);

  const mustSave = shouldSave(draft) && !isHeld;
  useEffect(() => {
    if (!mustSave) return undefined;
    const timer = setTimeout(save, draft.isStuck ? AGAIN_MS : PAUSE_MS);
    return () => clearTimeout(timer);
  }, [mustSave, draft.text, draft.isStuck, save]);
  const saveAtOnce = useEffectEvent(() => {
    if (mustSave && draft.isStuck) save();
  });
  useEffect(() => {
    if (isLive) saveAtOnce();
  }, [isLive]);

  const { text, offered, saved } = draft;
  useEffect(() => {
    written.set(place, text);
    if (draft.isOpen || isDirty(draft)) keep(place, toKeep(draft));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only what is kept counts
  }, [place, text, offered, saved, draft.isOpen]);

  const leave = useEffectEvent(async () => {
    if (!mustSave) return;
    await put(ticketId, kind, draft, seen.current).then(
      () => kept(place)?.text === draft.text && keep(place, null),
      () => undefined, // kept on this device
    );
  });
  useEffect(() => {
    const stay = beforeSignOut(() => leave());
    return () => {
      stay();
      void leave();
    };
  }, []);

  return {
    draft,
    type: (typed) => tell({ is: "typed", text: typed }),
    takeOffered: () => tell({ is: "took" }),
    keepMine: () => tell({ is: "keptMine" }),
    take: () => {
      const known = draft.offered === "gone" ? null : (draft.offered ?? draft.saved);
      const before = draft.isSaving ? saving.current : Promise.resolve(known);
      tell({ is: "emptied" });
      keep(place, null);
      return { text: draft.text, saved: before };
    },
    restore: (back, onHub) => tell({ is: "restored", text: back, saved: onHub }),
  };
}

async function readDrafts(cache: QueryClient, ticketId: string): Promise<Schemas["DraftPayload"][]> {
  return cache.query({
    queryKey: ["ticket", ticketId, "drafts"],
    queryFn: async () =>
      (await ask(api.GET("/api/v1/tickets/{ticket_id}/drafts", { params: { path: { ticket_id: ticketId } } }))).data,
    staleTime: 0,
    gcTime: 0,
  });
}

function onHubOf(all: readonly Schemas["DraftPayload"][], kind: Kind): OnHub | null {
  return all.find((one) => one.kind === kind) ?? null;
}

/** What the hub has then; null where nothing was left to keep. */
async function put(ticketId: string, kind: Kind, draft: Draft, seenSeq: number | null): Promise<OnHub | null> {
  const { data, response } = await answer(
    api.PUT("/api/v1/tickets/{ticket_id}/drafts/{draft_kind}", {
      params: {
        path: { ticket_id: ticketId, draft_kind: kind },
        header: draft.saved ? ifMatch(draft.saved.version) : {},
      },
      body: { content: draft.text, ...(seenSeq === null ? {} : { seenSeq }) },
    }),
  );
  return response.status === 204 ? null : data;
}

function kept(place: string): Kept | null {
  const text = localStorage.getItem(place);
  return text === null ? null : (JSON.parse(text) as Kept);
}

function keep(place: string, what: Kept | null): void {
  if (what === null) localStorage.removeItem(place);
  else localStorage.setItem(place, JSON.stringify(what));
}
