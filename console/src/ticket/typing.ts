/** Says that we are at a ticket, type there and answer it: often enough, and no more often than needed. */
import type { Kind } from "../conversation/state";

/** The hub forgets after 8 s that somebody types. */
const TYPING_EVERY_MS = 4000;
const IDLE_MS = 6000;
/** A claim ends after 5 minutes. */
const CLAIM_EVERY_MS = 60_000;

type Send = (frame: { type: string } & Record<string, unknown>) => unknown;

export class Sayer {
  readonly #send: Send;
  readonly #ticketId: string;
  #typing: { kind: Kind; at: number } | null = null;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #claimedAt = -Infinity;

  constructor(send: Send, ticketId: string) {
    this.#send = send;
    this.#ticketId = ticketId;
  }

  /** The line is there (again): nobody knows of us yet. */
  here(): void {
    this.#claimedAt = -Infinity;
    if (this.#typing) this.#sayTyping(this.#typing.kind);
    else this.#say("viewing");
  }

  away(): void {
    clearTimeout(this.#idle);
    this.#say("away");
  }

  /** `mayClaim`: nobody else has said that they answer it. */
  typing(kind: Kind, mayClaim: boolean): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stopped(), IDLE_MS);
    const now = Date.now();
    if (this.#typing?.kind !== kind || now - this.#typing.at >= TYPING_EVERY_MS) this.#sayTyping(kind);
    if (kind === "reply" && mayClaim && now - this.#claimedAt >= CLAIM_EVERY_MS) this.claim(false);
  }

  stopped(): void {
    clearTimeout(this.#idle);
    if (this.#typing) this.#say("viewing");
    this.#typing = null;
  }

  claim(take: boolean): void {
    this.#claimedAt = Date.now();
    this.#send({ type: "claim", ticketId: this.#ticketId, ...(take ? { take } : {}) });
  }

  #sayTyping(kind: Kind): void {
    this.#typing = { kind, at: Date.now() };
    this.#say("typing", kind);
  }

  #say(state: "viewing" | "typing" | "away", kind?: Kind): void {
    this.#send({ type: "presence", ticketId: this.#ticketId, state, ...(kind ? { kind } : {}) });
  }
}
