/** Which rows are new or another than a moment ago: they are shown so, quietly and for a short while. */
import { useEffect, useRef, useState } from "react";
import type { Asked } from "./asked";

const SHOWN_MS = 2000;

interface Versioned {
  id: string;
  version: number;
  lastActivityAt: string;
}

export function useFresh(rows: readonly Versioned[], isLoading: boolean, asked: Asked): ReadonlySet<string> {
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const known = useRef<{ asked: Asked; seen: Map<string, string> } | null>(null);
  useEffect(() => {
    if (isLoading) return undefined;
    const seen = new Map(rows.map((row) => [row.id, `${row.version} ${row.lastActivityAt}`]));
    const before = known.current;
    known.current = { asked, seen };
    if (before?.asked !== asked || rows.length - before.seen.size > 1) return undefined; // a page was loaded
    const other = [...seen].filter(([id, state]) => before.seen.get(id) !== state).map(([id]) => id);
    if (other.length === 0) return undefined;
    setFresh((shown) => new Set([...shown, ...other]));
    const timer = setTimeout(() => {
      setFresh((shown) => new Set([...shown].filter((id) => !other.includes(id))));
    }, SHOWN_MS);
    return () => clearTimeout(timer);
  }, [rows, isLoading, asked]);
  return fresh;
}
