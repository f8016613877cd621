/** One list of tickets, live: the first rows from the socket's live view, what lies below them from REST as one scrolls. */
import { useCallback, useEffect, useRef, useState } from "react";
import { api, ask, Refusal, type Schemas } from "../api/client";
import { useStream } from "../live/context";
import { asLiveView, asQuery, type Asked } from "./asked";
import { joined, tailAfter } from "./arrange";

export type Ticket = Schemas["TicketPayload"];

const WINDOW = 100;
const PAGE = 100;

export interface LiveList {
  rows: readonly Ticket[];
  count: number;
  isCapped: boolean;
  /** Nothing has been told yet. */
  isLoading: boolean;
  /** Why it is not shown: the hub's words. */
  refused: string | null;
  hasMore: boolean;
  more: () => void;
}

interface Told {
  window: readonly Ticket[];
  tail: readonly Ticket[];
  count: number;
  isCapped: boolean;
  isWhole: boolean;
  refused: string | null;
}

const NOTHING: Told = { window: [], tail: [], count: 0, isCapped: false, isWhole: false, refused: null };

/** `asked` null: it is not known yet what to show. */
export function useLiveList(label: string, asked: Asked | null): LiveList {
  const key = JSON.stringify(asked);
  const [told, setTold] = useState<{ key: string } & Told>({ key, ...NOTHING });
  const now = told.key === key ? told : { key, ...NOTHING };
  const change = useChanges(key, setTold);

  useStream(
    asked === null ? null : `view:${label}`,
    (heard) => {
      if (heard.kind === "refused") change((it) => ({ ...it, refused: heard.message }));
      if (heard.kind !== "shown") return;
      const { rows, count, isCapped } = heard.window;
      const window = [...rows] as unknown as readonly Ticket[];
      const isWhole = heard.frame.type === "window";
      const left = isWhole ? [] : (heard.frame["left"] as string[]);
      change((it) => ({
        ...it,
        window,
        tail: it.isWhole ? tailAfter(isWhole ? [] : it.window, window, left, it.tail) : it.tail,
        count,
        isCapped,
        isWhole: true,
        refused: null,
      }));
    },
    asked === null ? undefined : asLiveView(asked, WINDOW),
  );
  // Rows below the window are not in the live view: what is told of their tickets keeps them fresh.
  useStream(now.tail.length > 0 ? "queue" : null, (heard) => {
    if (heard.kind !== "happened") return;
    const ticket = heard.event.data["ticket"] as Ticket | undefined;
    if (!ticket?.id) return;
    const isOver = heard.event.type === "ticket.deleted";
    change((it) =>
      it.tail.some((row) => row.id === ticket.id)
        ? { ...it, tail: isOver ? it.tail.filter((row) => row.id !== ticket.id) : it.tail.map((row) => (row.id === ticket.id ? { ...row, ...ticket } : row)) } // prettier-ignore
        : it,
    );
  });
  const { more, hasMore } = useTail(key, asked, now.isWhole && now.count > WINDOW, change);
  return {
    rows: joined(now.window, now.tail),
    count: now.count,
    isCapped: now.isCapped,
    isLoading: asked === null || (!now.isWhole && now.refused === null),
    refused: now.refused,
    hasMore,
    more,
  };
}

type Change = (next: (it: Told) => Told) => void;

/** Changes that come within one frame of the screen are drawn once. */
function useChanges(
  key: string,
  setTold: (next: (it: { key: string } & Told) => { key: string } & Told) => void,
): Change {
  const waiting = useRef<((it: Told) => Told)[]>([]);
  const frame = useRef(0);
  useEffect(() => {
    waiting.current = [];
    return () => cancelAnimationFrame(frame.current);
  }, [key]);
  return useCallback(
    (next) => {
      waiting.current.push(next);
      cancelAnimationFrame(frame.current);
      const draw = () => {
        const all = waiting.current;
        waiting.current = [];
        setTold((it) => ({ key, ...all.reduce((so, one) => one(so), it.key === key ? (it as Told) : NOTHING) }));
      };
      // A page that nobody looks at draws no frames, and is still to know what it shows.
      if (document.visibilityState === "hidden") draw();
      else frame.current = requestAnimationFrame(draw);
    },
    [key, setTold],
  );
}

function useTail(key: string, asked: Asked | null, isNeeded: boolean, change: Change) {
  const place = useRef<{ key: string; cursor: string | null; isBusy: boolean }>({ key, cursor: "", isBusy: false });
  const [end, setEnd] = useState<string | null>(null);
  const more = useCallback(() => {
    if (asked === null || !isNeeded) return;
    if (place.current.key !== key) place.current = { key, cursor: "", isBusy: false };
    const here = place.current;
    if (here.isBusy || here.cursor === null) return;
    here.isBusy = true;
    void readBelow(asked, here.cursor)
      .then(({ rows, cursor }) => {
        here.cursor = cursor;
        if (cursor === null) setEnd(here.key);
        if (place.current === here) change((it) => ({ ...it, tail: joined(it.tail, rows) }));
      })
      .catch((error: unknown) => {
        if (!(error instanceof Refusal)) throw error; // asked again as one scrolls on
      })
      .finally(() => {
        here.isBusy = false;
      });
  }, [key, asked, isNeeded, change]);
  return { more, hasMore: isNeeded && end !== key };
}

/** The first page is what the window holds; it is read for its cursor, and because the window may have moved since. */
async function readBelow(asked: Asked, cursor: string): Promise<{ rows: Ticket[]; cursor: string | null }> {
  const query = { ...asQuery(asked), cursor, limit: PAGE };
  const page = await ask(api.GET("/api/v1/tickets", { params: { query } }));
  const next = page.meta.nextCursor ?? null;
  if (cursor !== "" || next === null) return { rows: page.data, cursor: next };
  const second = await readBelow(asked, next);
  return { rows: [...page.data, ...second.rows], cursor: second.cursor };
}
