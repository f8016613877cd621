/** One stream and the client's place on it: tells what is next, what came already, and what is missing. Pure. */
import type { EventFrame, Subscribe, ViewChange, Window } from "./frames.js";
import type { Place } from "./places.js";
import type { AnyFrame, Told } from "./told.js";
import { LiveWindow } from "./window.js";

/** What went wrong and was mended. */
export class Counts {
  /** Connections that were made or tried. */
  tries = 0;
  /** Events were missing, so the stream was taken up again at its place. */
  gaps = 0;
  /** Events that had been told already, and were left out. */
  repeats = 0;
  resets = 0;
}

/** The fields of a live view's `subscribe` frame. */
export type View = Omit<Subscribe, "type" | "id" | "stream" | "since">;

export class Following {
  readonly #window: LiveWindow;
  #asked: string | undefined;
  #since: Place | undefined;

  constructor(
    readonly stream: string,
    public place: Place | undefined,
    private readonly counts: Counts,
    private readonly view: View = {},
  ) {
    this.#window = new LiveWindow(view.window ?? undefined);
  }

  /** The frame that begins, or takes up again. What comes before its answer is not ours any more. */
  subscribe(id: string): AnyFrame {
    this.#asked = id;
    this.#since = this.#hasItsState() ? this.place : undefined;
    this.#window.beginAnew();
    const frame = { type: "subscribe", id, stream: this.stream, ...this.view };
    return this.#since ? { ...frame, since: this.#since } : frame;
  }

  /** The rows of a live view are kept here alone: a place that was kept elsewhere is no use without them. */
  #hasItsState(): boolean {
    const isView = this.stream.startsWith("view:") || Object.keys(this.view).length > 0;
    return this.#window.isWhole || !isView;
  }

  /** Is this the answer that it waits for? */
  asks(id: unknown): boolean {
    return this.#asked !== undefined && id === this.#asked;
  }

  /** Was there an event before this one that has not come? */
  isMissingSomething(frame: AnyFrame): boolean {
    if (this.#asked || !this.place || (frame.type !== "event" && frame.type !== "view")) return false;
    return (frame["prev"] as number) > this.place.seq;
  }

  /** What the frame tells; undefined where it tells nothing new. */
  take(frame: AnyFrame): Told | undefined {
    if (this.#asked) return this.#takeAnswer(frame);
    const stream = this.stream;
    switch (frame.type) {
      case "event":
      case "view":
        return this.#takeNext(frame);
      case "synced":
        return { kind: "synced", stream, place: this.#stand(frame) };
      case "reset":
        this.counts.resets += 1;
        return { kind: "reset", stream, place: this.#stand(frame) };
      case "window":
        // The place is that of a whole window: whoever resumed from a part's would never get the rest.
        if (!this.#window.show(frame as unknown as Window)) return undefined;
        return { kind: "shown", stream, place: this.#stand(frame), window: this.#window, frame };
      case "unsubscribed":
        return { kind: "ended", stream };
      default:
        return undefined;
    }
  }

  #takeAnswer(frame: AnyFrame): Told | undefined {
    if (!this.asks(frame["id"])) return undefined;
    this.#asked = undefined;
    if (frame.type === "error") {
      return {
        kind: "refused",
        stream: this.stream,
        code: String(frame["code"]),
        message: String(frame["message"]),
      };
    }
    return { kind: "began", stream: this.stream, place: this.#stand(frame), resumed: this.#since !== undefined };
  }

  #takeNext(frame: AnyFrame): Told | undefined {
    if (!this.place || (frame["seq"] as number) <= this.place.seq) {
      this.counts.repeats += 1;
      return undefined;
    }
    const place = this.#stand(frame);
    if (frame.type === "event") {
      return { kind: "happened", stream: this.stream, place, event: (frame as unknown as EventFrame).event };
    }
    this.#window.change(frame as unknown as ViewChange);
    return { kind: "shown", stream: this.stream, place, window: this.#window, frame };
  }

  /** An event has no epoch: it is the last one's. */
  #stand(frame: AnyFrame): Place {
    const epoch = (frame["epoch"] as string | undefined) ?? this.place?.epoch ?? "";
    this.place = { epoch, seq: frame["seq"] as number };
    return this.place;
  }
}
