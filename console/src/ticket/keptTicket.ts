/** A new ticket that is being written, kept on this device until it is opened or thrown away. */
import { PRIORITIES, type Priority } from "../ui/Marks";

export interface Begun {
  title: string;
  description: string;
  priority: Priority;
  assignedToId: string | null;
  teamId: string | null;
  tags: string[];
  requester: { id: string; name: string };
  /** The same as long as the text is: trying again never opens it twice; another text is another ticket. */
  key: string;
}

export function emptyTicket(me: { id: string; name: string }): Begun {
  const requester = { id: me.id, name: me.name };
  const fields = { title: "", description: "", assignedToId: null, teamId: null, tags: [] };
  return { ...fields, priority: "medium", requester, key: crypto.randomUUID() };
}

export function keptTicket(me: { id: string; name: string }): Begun {
  const text = localStorage.getItem(place(me));
  const kept = text === null ? null : (JSON.parse(text) as Begun);
  return kept && PRIORITIES.includes(kept.priority) ? kept : emptyTicket(me);
}

export function keepTicket(me: { id: string }, begun: Begun | null): void {
  if (begun && (begun.title.trim() || begun.description.trim())) {
    localStorage.setItem(place(me), JSON.stringify(begun));
  } else localStorage.removeItem(place(me));
}

function place(me: { id: string }): string {
  return `hub.ticket.${me.id}`;
}
