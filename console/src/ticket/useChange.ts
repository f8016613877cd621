/** Changes of a ticket's fields: shown at once, saved one after the other, merged with what others changed. */
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { api, ask, ifMatch, Refusal } from "../api/client";
import { persistently } from "../api/persistently";
import { showTicket, ticketKey } from "../conversation/useTicket";
import type { Ticket, TicketDetail, TicketState } from "../conversation/state";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { merge, type Clash, type Fields } from "./merge";

const MOST_TRIES = 4;

export interface Changing {
  /** The ticket as it will be when all that is under way is saved. */
  shown: TicketDetail;
  /** `seen`: what the writer saw of them, where that was a while ago. */
  change: (fields: Fields, seen?: Fields) => void;
  clashes: readonly Clash[];
  /** Mine after all, or theirs stays. */
  settle: (clash: Clash, isMine: boolean) => void;
}

export function useChange(ticket: TicketDetail): Changing {
  const cache = useQueryClient();
  const inWords = useProblem();
  const [mine, setMine] = useState<readonly Fields[]>([]);
  const [clashes, setClashes] = useState<readonly Clash[]>([]);
  const last = useRef<Promise<void>>(Promise.resolve());

  const known = (): Ticket => cache.getQueryData<TicketState>(ticketKey(ticket.id))?.detail ?? ticket;
  /** What can still be done; what cannot is shown. */
  const mend = (base: Ticket, fields: Fields, current: Ticket): Fields => {
    const merged = merge(base, fields, current);
    const fresh = new Set(merged.clashes.map((one) => one.field));
    if (fresh.size > 0) setClashes((all) => [...all.filter((one) => !fresh.has(one.field)), ...merged.clashes]);
    return merged.fields;
  };
  const save = async (fields: Fields, base: Ticket) => {
    let current = known();
    let wanted = mend(base, fields, current);
    for (let tries = 1; Object.keys(wanted).length > 0; tries += 1) {
      try {
        // It holds for this version only, so it may be said again.
        const params = { path: { ticket_id: ticket.id }, header: ifMatch(current.version) };
        const body = wanted;
        const changed = await persistently(() => ask(api.PATCH("/api/v1/tickets/{ticket_id}", { params, body })));
        showTicket(cache, changed);
        return;
      } catch (error) {
        const newer = error instanceof Refusal && error.status === 412 ? (error.data["current"] as Ticket) : null;
        if (!newer || tries === MOST_TRIES) throw error;
        showTicket(cache, newer);
        wanted = mend(current, wanted, newer);
        current = newer;
      }
    }
  };
  const change = (fields: Fields, seen: Fields = only(shown, fields)) => {
    setMine((all) => [...all, fields]);
    setClashes((all) => all.filter((one) => !(one.field in fields)));
    last.current = last.current
      .then(() => save(fields, { ...known(), ...seen }))
      .catch((error: unknown) => void toast(inWords(error), { isProblem: true }))
      .finally(() => setMine((all) => all.filter((one) => one !== fields)));
  };
  const shown = mine.reduce<TicketDetail>((all, fields) => ({ ...all, ...fields }), ticket);
  return {
    shown,
    change,
    clashes,
    settle: (clash, isMine) => {
      setClashes((all) => all.filter((one) => one !== clash));
      if (isMine) change({ [clash.field]: clash.mine });
    },
  };
}

/** What the writer saw of the fields that are changed. */
function only(ticket: Ticket, fields: Fields): Fields {
  return Object.fromEntries(Object.keys(fields).map((field) => [field, ticket[field as keyof Fields]]));
}
