/** Which tickets are chosen for what is done to many. */
import { useCallback, useMemo, useState } from "react";

interface Chosen {
  ids: ReadonlySet<string>;
  /** The last that was chosen by itself: ranges begin there. */
  last: string | null;
  /** Everything in the list, also what is not loaded. */
  isWhole: boolean;
}

const NONE: Chosen = { ids: new Set(), last: null, isWhole: false };

/** The ids from one row to another, both with them; pure. */
export function range(rows: readonly { id: string }[], from: string | null, to: string): string[] {
  const ends = [rows.findIndex((row) => row.id === from), rows.findIndex((row) => row.id === to)];
  if (ends.includes(-1)) return [to];
  return rows.slice(Math.min(...ends), Math.max(...ends) + 1).map((row) => row.id);
}

export function useSelection() {
  const [chosen, setChosen] = useState(NONE);
  /** With `rows`: all from the last one to this. */
  const toggle = useCallback((id: string, rows?: readonly { id: string }[]) => {
    setChosen((before) => {
      const ids = new Set(before.ids);
      if (rows) for (const one of range(rows, before.last, id)) ids.add(one);
      else if (!ids.delete(id)) ids.add(id);
      return { ids, last: id, isWhole: false };
    });
  }, []);
  const all = useCallback((rows: readonly { id: string }[]) => {
    setChosen((before) => {
      const isAll = rows.every((row) => before.ids.has(row.id));
      return isAll ? NONE : { ids: new Set(rows.map((row) => row.id)), last: null, isWhole: false };
    });
  }, []);
  const whole = useCallback(() => setChosen((before) => ({ ...before, isWhole: true })), []);
  const clear = useCallback(() => setChosen(NONE), []);
  return useMemo(
    () => ({
      ids: chosen.ids,
      size: chosen.ids.size,
      isWhole: chosen.isWhole,
      has: (id: string) => chosen.ids.has(id),
      toggle,
      all,
      whole,
      clear,
    }),
    [chosen, toggle, all, whole, clear],
  );
}
