/** What a client is told, in the order of the log. `place` is where the stream stands with it. */
import type { EventShape } from "./frames.js";
import type { Place } from "./places.js";
import type { LiveWindow } from "./window.js";

/** Any frame as it came. */
export type AnyFrame = { type: string } & Record<string, unknown>;

export type Told =
  /** The stream is followed from here on. Not `resumed`: read your state over REST now, and nothing is missed. */
  | { kind: "began"; stream: string; place: Place; resumed: boolean }
  | { kind: "happened"; stream: string; place: Place; event: EventShape }
  /** A live view is another now. `frame` says what changed; `window` holds the outcome. */
  | { kind: "shown"; stream: string; place: Place; window: LiveWindow; frame: AnyFrame }
  /** There is nothing up to here that you have not been told. */
  | { kind: "synced"; stream: string; place: Place }
  /** What lies before this place cannot be told any more: read your state anew over REST. */
  | { kind: "reset"; stream: string; place: Place }
  /** The stream is over: its ticket is gone, or no longer yours. */
  | { kind: "ended"; stream: string }
  /** The stream is not followed: no such ticket, or not for you. */
  | { kind: "refused"; stream: string; code: string; message: string }
  /** A frame of another kind, as it came: presence, pong, an error that belongs to no stream. */
  | { kind: "other"; frame: AnyFrame };
