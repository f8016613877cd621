/** Files on their way into the store: asked for an address, sent with progress, then registered with what is said. */
import { useEffect, useReducer, useRef } from "react";
import { api, ask, Refusal } from "../api/client";
import { persistently } from "../api/persistently";
import { useProblem } from "../ui/States";
import { useWords } from "../words";
import { typeOf } from "./fileTypes";
import type { Uploaded } from "./outbox";

export interface Upload {
  id: string;
  name: string;
  size: number;
  state: "sending" | "done" | "refused";
  /** 0 to 1. */
  progress: number;
  uploaded?: Uploaded;
  problem?: string;
}

type Step =
  | { is: "added"; uploads: Upload[] }
  | { is: "went"; id: string; progress: number }
  | { is: "done"; id: string; uploaded: Uploaded }
  | { is: "refused"; id: string; problem: string }
  | { is: "removed"; ids: readonly string[] };

export function uploadsAfter(all: readonly Upload[], step: Step): readonly Upload[] {
  const change = (id: string, fields: Partial<Upload>) =>
    all.map((one) => (one.id === id && one.state === "sending" ? { ...one, ...fields } : one));
  switch (step.is) {
    case "added":
      return [...all, ...step.uploads];
    case "went":
      return change(step.id, { progress: step.progress });
    case "done":
      return change(step.id, { state: "done", progress: 1, uploaded: step.uploaded });
    case "refused":
      return change(step.id, { state: "refused", problem: step.problem });
    case "removed":
      return all.filter((one) => !step.ids.includes(one.id));
  }
}

export interface Uploads {
  all: readonly Upload[];
  isSending: boolean;
  add: (files: Iterable<File>) => void;
  remove: (id: string) => void;
  /** Those that are there: they go with what is said now. */
  take: () => Uploaded[];
  putBack: (files: readonly Uploaded[]) => void;
}

export function useUploads(ticketId: string): Uploads {
  const { t } = useWords();
  const inWords = useProblem();
  const [all, tell] = useReducer(uploadsAfter, []);
  const running = useRef(new Map<string, AbortController>());
  useEffect(() => {
    const controllers = running.current;
    return () => {
      for (const one of controllers.values()) one.abort();
    };
  }, []);

  const begin = async (id: string, file: File) => {
    const controller = new AbortController();
    running.current.set(id, controller);
    try {
      const went = (progress: number) => tell({ is: "went", id, progress });
      const { signal } = controller;
      const uploaded = await persistently(() => upload(ticketId, file, went, signal), { signal });
      tell({ is: "done", id, uploaded });
    } catch (error) {
      if (!controller.signal.aborted) tell({ is: "refused", id, problem: reason(error) });
    } finally {
      running.current.delete(id);
    }
  };
  const reason = (error: unknown) =>
    error instanceof Refusal && error.details[0] ? error.details[0].message : inWords(error);

  return {
    all,
    isSending: all.some((one) => one.state === "sending"),
    add: (files) => {
      for (const file of files) {
        const id = crypto.randomUUID();
        const one: Upload = { id, name: file.name, size: file.size, state: "sending", progress: 0 };
        tell({ is: "added", uploads: [one] });
        if (file.size === 0) tell({ is: "refused", id, problem: t("conversation.file.empty") });
        else void begin(id, file);
      }
    },
    remove: (id) => {
      running.current.get(id)?.abort();
      tell({ is: "removed", ids: [id] });
    },
    take: () => {
      const done = all.filter((one) => one.state === "done");
      tell({ is: "removed", ids: all.map((one) => one.id) });
      return done.flatMap((one) => (one.uploaded ? [one.uploaded] : []));
    },
    putBack: (files) =>
      tell({
        is: "added",
        uploads: files.map((uploaded) => ({
          id: uploaded.key,
          name: uploaded.filename,
          size: uploaded.fileSize,
          state: "done",
          progress: 1,
          uploaded,
        })),
      }),
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
