/** What may be done twice is tried again while the hub is away for a moment: it costs nobody what they chose. */
import { Refusal } from "./client";

/** The last of them half a minute after the first. */
const MOST_TRIES = 6;

export interface Patience {
  signal?: AbortSignal;
  /** Waits so many milliseconds. */
  sleep?: (ms: number) => Promise<unknown>;
}

const sleepMs = (ms: number) => new Promise((then) => setTimeout(then, ms));

/** Nobody answered, it is too much just now, or the server is not itself. */
export function isPassing(error: unknown): error is Refusal {
  return error instanceof Refusal && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** Throws the last Refusal. */
export async function persistently<T>(does: () => Promise<T>, { signal, sleep = sleepMs }: Patience = {}): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await does();
    } catch (error) {
      if (!isPassing(error) || tries === MOST_TRIES) throw error;
      await sleep((error.retryAfter ?? 2 ** (tries - 1)) * 1000);
      if (signal?.aborted) throw error;
    }
  }
}
