import { useSyncExternalStore } from "react";
import { fullTime, shortAgo } from "../words/times";

const EVERY_MS = 20_000;
let now = Date.now();
const listeners = new Set<() => void>();
setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, EVERY_MS);

/** The present, all of the page at once, every twenty seconds. */
export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}

/** How long ago; the whole moment when one stays on it. */
export function Time({ at, className }: { at: string; className?: string }) {
  const present = useNow();
  return (
    <time dateTime={at} title={fullTime(at)} className={className}>
      {shortAgo(at, present)}
    </time>
  );
}
