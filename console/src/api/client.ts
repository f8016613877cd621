/** REST, typed by docs/openapi.json. What is refused is thrown as a `Refusal`; nothing else is. */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

interface Detail {
  field: string;
  message: string;
  code: string;
}

/** The hub said no (`status` 400 to 599), or did not answer (`status` 0). */
export class Refusal extends Error {
  readonly status: number;
  /** The error's code, as `NOT_FOUND`; "UNREACHABLE" where nobody answered. */
  readonly code: string;
  /** What tells apart refusals of one code: `details[0].code`, as `unseen_replies`. */
  readonly reason: string;
  readonly details: Detail[];
  readonly data: Record<string, unknown>;
  /** Seconds to wait before the next try, where it said so. */
  readonly retryAfter: number | null;

  constructor(status: number, body?: unknown, retryAfter: number | null = null) {
    const said = (typeof body === "object" && body !== null ? body : {}) as {
      code?: string;
      message?: string;
      details?: Detail[];
      data?: Record<string, unknown>;
    };
    super(said.message ?? "");
    this.status = status;
    this.code = said.code ?? (status === 0 ? "UNREACHABLE" : "INTERNAL_ERROR");
    this.details = said.details ?? [];
    this.reason = this.details[0]?.code ?? "";
    this.data = said.data ?? {};
    this.retryAfter = retryAfter;
  }

  /** What is wrong with one field of what was sent. */
  about(field: string): string | undefined {
    return this.details.find((detail) => detail.field === field)?.message;
  }
}

export const api = createClient<paths>({ credentials: "same-origin", cache: "no-store" });

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export interface Answered<T> {
  data: T;
  /** The number of the newest event in the log that the data knows of (`Hub-Seq`); null where it was not said. */
  seq: number | null;
  response: Response;
}

let onSignedOut: () => void = () => undefined;

/** Called when the hub no longer knows who asks. */
export function listenForSignOut(listener: () => void): void {
  onSignedOut = listener;
}

/** The whole answer. Throws Refusal. */
export async function answer<T>(asked: Promise<Answer<T>>): Promise<Answered<T>> {
  let got: Answer<T>;
  try {
    got = await asked;
  } catch {
    throw new Refusal(0);
  }
  const { response } = got;
  if (!response.ok) {
    if (response.status === 401) onSignedOut();
    throw new Refusal(response.status, got.error, Number(response.headers.get("Retry-After")) || null);
  }
  const seq = response.headers.get("Hub-Seq");
  return { data: got.data as T, seq: seq === null ? null : Number(seq), response };
}

/** What was answered. Throws Refusal. */
export async function ask<T>(asked: Promise<Answer<T>>): Promise<T> {
  return (await answer(asked)).data;
}

/** The header that makes a change hold only if the ticket (or comment …) still has this version. */
export function ifMatch(version: number): { "If-Match": string } {
  return { "If-Match": `"${version}"` };
}
