import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { useLine } from "../live/context";
import { useMe } from "../session/context";
import { toast } from "../ui/toasts";
import { everything, fileProblem, flush, hear, subscribe, type Pending } from "./outbox";
import { withComment } from "./state";
import { change } from "./useTicket";

/** What is on its way to one ticket. Leaving the ticket sends what waits for an undo. */
export function useOutbox(ticketId: string): readonly Pending[] {
  const cache = useQueryClient();
  const me = useMe();
  const all = useSyncExternalStore(subscribe, everything);
  const isLive = useLine().state === "live";
  useEffect(() => {
    if (isLive) retry();
  }, [isLive]);
  useEffect(() => () => void flush(ticketId), [ticketId]);
  const heard = useEffectEvent((outcome: Parameters<Parameters<typeof hear>[0]>[0]) => {
    if (outcome.pending.ticketId !== ticketId) return false;
    if (outcome.is === "sent") {
      const { comment } = outcome;
      change(cache, ticketId, (state) => ({ ...state, detail: withComment(state.detail, comment) }));
    } else if (outcome.is === "fileRefused") {
      toast(fileProblem(outcome.name, outcome.problem), { isProblem: true, staysMs: 12_000 });
    }
    return true;
  });
  useEffect(() => hear((outcome) => heard(outcome)), []);
  return all.filter((one) => one.ticketId === ticketId && one.by === me.id);
}

/** Those that could not be sent; not those that wait for an undo. */
function retry(): void {
  if (everything().some((one) => one.state === "unreachable")) void flush();
}
