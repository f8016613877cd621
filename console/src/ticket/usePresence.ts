/** Who is at the ticket, who types there, who answers it; and that we are. docs/realtime.md, Presence. */
import type { PersonHere } from "ticket-hub-client";
import { useEffect, useState } from "react";
import type { Kind } from "../conversation/state";
import { useFrames, useHub, useLine, useStream } from "../live/context";
import { useMe } from "../session/context";
import { Sayer } from "./typing";

export interface Presence {
  /** The others, those who type first. */
  others: readonly PersonHere[];
  /** Somebody else has said that they answer it. */
  claimedBy: PersonHere | null;
  onTyping: (kind: Kind, isTyping: boolean) => void;
  takeOver: () => void;
}

export function usePresence(ticketId: string): Presence {
  const hub = useHub();
  const me = useMe();
  const isLive = useLine().state === "live";
  const [people, setPeople] = useState<readonly PersonHere[]>([]);
  const [sayer] = useState(() => new Sayer((frame) => hub.send(frame), ticketId));

  useEffect(() => {
    if (isLive) sayer.here();
  }, [isLive, sayer]);
  useStream(`ticket:${ticketId}`, (told) => {
    if (told.kind === "began") sayer.here();
  });
  useFrames((frame) => {
    if (frame.type === "presence" && frame["ticketId"] === ticketId) setPeople(frame["people"] as PersonHere[]);
  });
  useEffect(() => () => sayer.away(), [sayer]);

  // Away from the line nobody knows who is there.
  const others = isLive ? people.filter((one) => one.id !== me.id) : [];
  const claimedBy = others.find((one) => one.claimedUntil) ?? null;
  return {
    others,
    claimedBy,
    onTyping: (kind, isTyping) => (isTyping ? sayer.typing(kind, !claimedBy) : sayer.stopped()),
    takeOver: () => sayer.claim(true),
  };
}
