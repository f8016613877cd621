/** Files on their way into the store: asked for an address, sent with progress, then registered with what is said. */
import { useSyncExternalStore } from "react";
import { api, ask, Refusal } from "../api/client";
import { persistently } from "../api/persistently";
import { useMe } from "../session/context";
import { useProblem } from "../ui/States";
import { useWords } from "../words";
import { chosen, placeOf, running, shown, subscribe, tell, type Upload } from "./chosen";
import { typeOf } from "./fileTypes";
import type { Uploaded } from "./outbox";
import type { Kind } from "./state";

export interface Uploads {
  all: readonly Upload[];
  isSending: boolean;
  add: (files: Iterable<File>) => void;
  remove: (id: string) => void;
  /** Those that are there: they go with what is said now. */
  take: () => Uploaded[];
  putBack: (files: readonly Uploaded[]) => void;
}

/** Of one kind on one ticket. Who leaves the ticket finds them again: what is on its way goes on. */
export function useUploads(ticketId: string, kind: Kind): Uploads {
  const { t } = useWords();
  const inWords = useProblem();
  const place = placeOf(useMe().id, ticketId, kind);
  const all = useSyncExternalStore(subscribe, () => chosen(place));
  const reason = (error: unknown) =>
    error instanceof Refusal && error.details[0] ? error.details[0].message : inWords(error);
  const begin = async (id: string, file: File) => {
    const controller = new AbortController();
    const { signal } = controller;
    running.set(id, controller);
    try {
      const went = (progress: number) => tell(place, { is: "went", id, progress });
      const uploaded = await persistently(() => upload(ticketId, file, went, signal), { signal });
      tell(place, { is: "done", id, uploaded });
    } catch (error) {
      if (!signal.aborted) tell(place, { is: "refused", id, problem: reason(error) });
    } finally {
      running.delete(id);
    }
  };
  return {
    all,
    isSending: all.some((one) => one.state === "sending"),
    add: (files) => {
      for (const file of files) {
        const id = crypto.randomUUID();
        const one: Upload = { id, name: file.name, size: file.size, state: "sending", progress: 0 };
        tell(place, { is: "added", uploads: [one] });
        if (file.size === 0) tell(place, { is: "refused", id, problem: t("conversation.file.empty") });
        else void begin(id, file);
      }
    },
    remove: (id) => {
      running.get(id)?.abort();
      tell(place, { is: "removed", ids: [id] });
    },
    take: () => {
      const done = all.filter((one) => one.state === "done");
      tell(place, { is: "removed", ids: all.map((one) => one.id) });
      return done.flatMap((one) => (one.uploaded ? [one.uploaded] : []));
    },
    putBack: (files) => tell(place, { is: "added", uploads: files.map(shown) }),
  };
}

export async function upload(
  ticketId: string,
  file: File,
  went: (progress: number) => void,
  signal: AbortSignal,
): Promise<Uploaded> {
  const described = { filename: file.name, mimeType: typeOf(file.name, file.type), fileSize: file.size };
  const address = await ask(
    api.POST("/api/v1/tickets/{ticket_id}/attachments/upload-url", {
      params: { path: { ticket_id: ticketId } },
      body: described,
      signal,
    }),
  );
  await put(address.uploadUrl, address.headers, file, went, signal);
  return { key: address.key, ...described };
}

/** By XMLHttpRequest, because fetch does not tell how far an upload is. */
function put(
  url: string,
  headers: Record<string, string>,
  file: File,
  went: (progress: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && went(event.loaded / event.total);
    request.onload = () => (request.status < 300 ? done() : failed(new Refusal(request.status)));
    request.onerror = () => failed(new Refusal(0));
    request.onabort = () => failed(new Refusal(0));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
