/** A request that is being written, kept on this device until it is sent. */
import { PRIORITIES, type Priority } from "../ui/Marks";

export interface Request {
  title: string;
  description: string;
  priority: Priority;
  /** The same as long as the text is: trying again never opens it twice. */
  key: string;
}

export function emptyRequest(): Request {
  return { title: "", description: "", priority: "medium", key: crypto.randomUUID() };
}

export function keptRequest(personId: string): Request {
  const text = localStorage.getItem(place(personId));
  const kept = text === null ? null : (JSON.parse(text) as Request);
  return kept && PRIORITIES.includes(kept.priority) ? kept : emptyRequest();
}

export function keepRequest(personId: string, request: Request | null): void {
  if (request && (request.title.trim() || request.description.trim())) {
    localStorage.setItem(place(personId), JSON.stringify(request));
  } else localStorage.removeItem(place(personId));
}

function place(personId: string): string {
  return `hub.request.${personId}`;
}
