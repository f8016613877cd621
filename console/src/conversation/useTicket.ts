/** One ticket, read over REST and then live. */
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { answer, api, type Refusal } from "../api/client";
import { useStream } from "../live/context";
import { relatedKey, TELL_OF_OTHERS } from "../relations/reading";
import { after, withTicket, type Happened, type Ticket, type TicketState } from "./state";

const MOST_READS = 4;

export const ticketKey = (id: string) => ["ticket", id] as const;

/** What the hub answered to a change of ours, shown before the event of it comes. */
export function showTicket(cache: QueryClient, ticket: Ticket): void {
  change(cache, ticket.id, (state) => ({ ...state, detail: withTicket(state.detail, ticket) }));
}

export function change(cache: QueryClient, id: string, how: (state: TicketState) => TicketState): void {
  cache.setQueryData<TicketState>(ticketKey(id), (state) => state && how(state));
}

export interface LiveTicket {
  state: TicketState | undefined;
  error: Refusal | null;
  /** It was deleted, or taken away from whoever looks, while it was open. */
  isGone: boolean;
  again: () => void;
}

export function useTicket(id: string, onHappened?: (happened: Happened) => void): LiveTicket {
  const cache = useQueryClient();
  const [isGone, setIsGone] = useState(false);
  /** What a reading must know of at least: it was told already. */
  const least = useRef(0);
  const query = useQuery<TicketState, Refusal>({
    queryKey: ticketKey(id),
    queryFn: () => read(id, () => Math.max(least.current, cache.getQueryData<TicketState>(ticketKey(id))?.seq ?? 0)),
  });

  const readAgain = () => void cache.invalidateQueries({ queryKey: ticketKey(id), exact: true });

  useStream(`ticket:${id}`, (told) => {
    const known = cache.getQueryData<TicketState>(ticketKey(id));
    switch (told.kind) {
      case "began":
        if (told.resumed) return;
        least.current = Math.max(least.current, told.place.seq);
        if (!known || told.place.epoch === "" || known.seq < told.place.seq) readAgain();
        return;
      case "reset":
        least.current = told.place.seq;
        change(cache, id, (state) => ({ ...state, seq: told.place.seq }));
        readAgain();
        return;
      case "happened": {
        const happened: Happened = { seq: told.place.seq, event: told.event };
        least.current = Math.max(least.current, happened.seq);
        if (told.event.type === "ticket.deleted" || told.event.type === "ticket.removed") setIsGone(true);
        else change(cache, id, (state) => after(state, happened));
        if (TELL_OF_OTHERS.has(told.event.type)) {
          readAgain();
          void cache.invalidateQueries({ queryKey: relatedKey(id) });
        }
        onHappened?.(happened);
        return;
      }
      case "synced":
        change(cache, id, (state) => ({ ...state, seq: Math.max(state.seq, told.place.seq) }));
        return;
      case "ended":
        setIsGone(true);
    }
  });

  return { state: query.data, error: query.data ? null : query.error, isGone, again: readAgain };
}

/** Again where something was told meanwhile that the answer does not know yet. */
async function read(id: string, least: () => number): Promise<TicketState> {
  for (let reads = 1; ; reads += 1) {
    const { data, seq } = await answer(api.GET("/api/v1/tickets/{ticket_id}", { params: { path: { ticket_id: id } } }));
    if (seq === null || seq >= least() || reads === MOST_READS) return { detail: data, seq: seq ?? 0 };
  }
}
