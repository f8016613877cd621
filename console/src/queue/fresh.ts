/** Which rows are new or another than a moment ago: they are shown so, quietly and for a short while. */
import { useCallback, useEffect, useRef, useState } from "react";
import type { Asked } from "./asked";

const SHOWN_MS = 2000;
/** On a busy desk many end in one go: the list is drawn for them together. */
const SWEEP_MS = 500;

interface Versioned {
  id: string;
  version: number;
  lastActivityAt: string;
}

export function useFresh(rows: readonly Versioned[], isLoading: boolean, asked: Asked): ReadonlySet<string> {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const known = useRef<{ asked: Asked; seen: Map<string, string> } | null>(null);
  const show = useShownUntil(setFresh);
  useEffect(() => {
    if (isLoading) return;
    const seen = new Map(rows.map((row) => [row.id, `${row.version} ${row.lastActivityAt}`]));
    const before = known.current;
    known.current = { asked, seen };
    if (before?.asked !== asked || rows.length - before.seen.size > 1) return; // a page was loaded
    show([...seen].filter(([id, state]) => before.seen.get(id) !== state).map(([id]) => id));
  }, [rows, isLoading, asked, show]);
  return fresh;
}

/** Each is shown for its time, however many come after it. */
function useShownUntil(setFresh: (fresh: ReadonlySet<string>) => void): (ids: readonly string[]) => void {
  const until = useRef(new Map<string, number>());
  const timer = useRef<ReturnType<typeof setInterval>>(undefined);
  useEffect(
    () => () => {
      clearInterval(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return useCallback(
    (ids) => {
      if (ids.length === 0) return;
      const ends = until.current;
      const isMore = ids.some((id) => !ends.has(id));
      for (const id of ids) ends.set(id, Date.now() + SHOWN_MS);
      if (isMore) setFresh(new Set(ends.keys()));
      if (timer.current !== undefined) return;
      timer.current = setInterval(() => {
        const over = [...ends].filter(([, end]) => end <= Date.now());
        for (const [id] of over) ends.delete(id);
        if (over.length > 0) setFresh(new Set(ends.keys()));
        if (ends.size > 0) return;
        clearInterval(timer.current);
        timer.current = undefined;
      }, SWEEP_MS);
    },
    [setFresh],
  );
}
