/** What stands in the list while somebody reads it: nothing jumps under the mouse, and what waits is told. Pure. */

export interface Row {
  id: string;
}

export interface Arranged<R extends Row> {
  rows: readonly (R & object)[];
  /** Rows that are no longer in the list, but still stand where they were read. */
  gone: ReadonlySet<string>;
  /** How many have come in and do not stand there yet. */
  waiting: number;
  /** Do rows stand where they would not stand now? */
  isBehind: boolean;
}

/**
 * `shown`: the rows as they stand. `live`: as they are. `isHeld`: somebody reads, so rows keep their places; what is
 * told about each is always the newest.
 */
export function arrange<R extends Row>(shown: readonly R[], live: readonly R[], isHeld: boolean): Arranged<R> {
  if (!isHeld || shown.length === 0) return { rows: live, gone: new Set(), waiting: 0, isBehind: false };
  const newest = new Map(live.map((row) => [row.id, row]));
  const stood = new Set(shown.map((row) => row.id));
  const last = shown.at(-1);
  const gone = new Set<string>();
  const rows = shown.map((row) => {
    const now = newest.get(row.id);
    if (!now) gone.add(row.id);
    return now ?? row;
  });
  // What is loaded below while one scrolls is not in anybody's way.
  const end = last ? live.findIndex((row) => row.id === last.id) : -1;
  const below = end < 0 ? [] : live.slice(end + 1).filter((row) => !stood.has(row.id));
  const waiting = live.length - (rows.length - gone.size) - below.length;
  const order = live.filter((row) => stood.has(row.id)).map((row) => row.id);
  const kept = rows.filter((row) => !gone.has(row.id)).map((row) => row.id);
  const isBehind = waiting > 0 || gone.size > 0 || order.some((id, place) => id !== kept[place]);
  return { rows: [...rows, ...below], gone, waiting, isBehind };
}

/** The live window first, then what was read below it; nobody twice. */
export function joined<R extends Row>(window: readonly R[], tail: readonly R[]): R[] {
  const above = new Set(window.map((row) => row.id));
  return [...window, ...tail.filter((row) => !above.has(row.id))];
}

/**
 * The tail after the window has changed: rows that were pushed out of the window's end begin it, rows that left the
 * view are gone from it.
 */
export function tailAfter<R extends Row>(
  before: readonly R[],
  now: readonly R[],
  left: readonly string[],
  tail: readonly R[],
): R[] {
  const inWindow = new Set(now.map((row) => row.id));
  const away = new Set(left);
  const known = new Set(tail.map((row) => row.id));
  const pushed = before.filter((row) => !inWindow.has(row.id) && !away.has(row.id) && !known.has(row.id));
  return [...pushed, ...tail.filter((row) => !away.has(row.id))];
}

/**
 * How the list is moved through with the keyboard: the next place, kept within it. `stood`: where `at` stood last; where it has
 * left since one goes on from there, not from the beginning. Pure.
 */
export function moved(rows: readonly Row[], at: string | null, step: number, stood = -1): string | null {
  if (rows.length === 0) return null;
  const place = rows.findIndex((row) => row.id === at);
  const left = stood < 0 ? (step > 0 ? 0 : rows.length - 1) : stood + Math.min(step, 0);
  const next = place < 0 ? left : place + step;
  return rows[Math.max(0, Math.min(rows.length - 1, next))]?.id ?? null;
}
