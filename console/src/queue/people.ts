/** Who is at which ticket of the desk, for lists: names, without one's own. */
import { useState } from "react";
import { useFrames, useStream } from "../live/context";
import { useMe } from "../session/context";

interface Here {
  id: string;
  name: string;
}

export function usePeopleAtTickets(): ReadonlyMap<string, readonly string[]> {
  const me = useMe();
  const [people, setPeople] = useState<ReadonlyMap<string, readonly string[]>>(new Map());
  useStream("presence", (told) => {
    if (told.kind === "began" || told.kind === "reset") setPeople(new Map());
  });
  useFrames((frame) => {
    if (frame.type !== "presence") return;
    const here = (frame["people"] as Here[]).filter((one) => one.id !== me.id).map((one) => one.name);
    const ticketId = frame["ticketId"] as string;
    setPeople((before) => {
      if (here.join() === (before.get(ticketId) ?? []).join()) return before;
      const now = new Map(before);
      if (here.length > 0) now.set(ticketId, here);
      else now.delete(ticketId);
      return now;
    });
  });
  return people;
}
