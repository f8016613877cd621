import type { TicketPayload, ViewChange, Window } from "./frames.js";

/** A ticket as REST shows it in lists. */
export type Ticket = TicketPayload;

/** The first rows of a view, in its order, and how many tickets it has in all (`isCapped`: at least so many). */
export class LiveWindow {
  rows: Ticket[] = [];
  count = 0;
  isCapped = false;
  /** Has it been shown once? */
  isWhole = false;
  #parts: Ticket[] = [];

  constructor(readonly size = 100) {}

  /** What was told in part before a break is void. */
  beginAnew(): void {
    this.#parts = [];
  }

  /** A `window` frame: all of it anew. False: a part, and the next one brings more. */
  show(frame: Pick<Window, "rows" | "count" | "isCapped" | "isPartial">): boolean {
    this.#parts.push(...frame.rows);
    if (frame.isPartial) return false;
    this.rows = this.#parts;
    this.#parts = [];
    this.isWhole = true;
    this.count = frame.count;
    this.isCapped = frame.isCapped;
    return true;
  }

  /** A `view` frame: away with what left, moved or changed; then what came stands where it says. */
  change(frame: Pick<ViewChange, "entered" | "changed" | "left" | "count" | "isCapped">): void {
    const come = [...frame.entered, ...frame.changed].sort((one, other) => one.at - other.at);
    const gone = new Set([...frame.left, ...come.map((row) => row.ticket.id)]);
    const rows = this.rows.filter((row) => !gone.has(row.id));
    for (const row of come) rows.splice(row.at, 0, row.ticket);
    this.rows = rows.slice(0, this.size);
    this.count = frame.count;
    this.isCapped = frame.isCapped;
  }
}
