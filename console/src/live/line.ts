/** The honest state of the connection: what the page shows is now, or it says how far from now it is. */
import type { Socket, SocketClass, Told } from "ticket-hub-client";

/** Holds no events, so there is nothing to catch up with, and nothing says that one has. */
const PRESENCE = "presence";

export type LineState =
  | { state: "connecting" }
  | { state: "live" }
  /** Events between what we have and the log's end; null while that is not known. */
  | { state: "catching_up"; behind: number | null }
  /** Since when, in milliseconds of Date.now(). */
  | { state: "offline"; since: number };

export class Line {
  readonly #head: () => Promise<number>;
  readonly #listeners = new Set<() => void>();
  /** Streams that are followed, and have not said yet that they are up to date. */
  readonly #pending = new Set<string>();
  readonly #followed = new Set<string>();
  #state: LineState = { state: "connecting" };
  #wasLive = false;
  #reached = 0;
  #target: number | null = null;
  #socket: Socket | undefined;

  constructor(head: () => Promise<number>) {
    this.#head = head;
  }

  /** For useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly get = (): LineState => this.#state;

  expects(stream: string): void {
    this.#followed.add(stream);
    this.#pending.add(stream);
  }

  forgets(stream: string): void {
    this.#followed.delete(stream);
    this.#settle(stream);
  }

  /** A WebSocket that tells us when it opens and closes. */
  socketClass(): SocketClass {
    const opened = (socket: Socket): void => this.#opened(socket);
    const gone = (socket: Socket): void => {
      if (this.#socket === socket) this.lost();
    };
    return class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        this.addEventListener("open", () => opened(this as unknown as Socket));
        this.addEventListener("close", () => gone(this as unknown as Socket));
      }
    };
  }

  told(told: Told): void {
    if (told.kind === "other") return;
    if ("place" in told) this.#reached = Math.max(this.#reached, told.place.seq);
    const isThere =
      told.kind === "synced" ||
      told.kind === "shown" ||
      told.kind === "reset" ||
      told.kind === "ended" ||
      told.kind === "refused" ||
      told.stream === PRESENCE ||
      (told.kind === "began" && !told.resumed && !told.stream.startsWith("view:"));
    if (isThere) this.#settle(told.stream);
    else if (this.#state.state === "catching_up") this.#show();
  }

  lost(): void {
    this.#socket = undefined;
    this.#target = null;
    for (const stream of this.#followed) this.#pending.add(stream);
    if (this.#state.state !== "offline" && this.#wasLive) this.#set({ state: "offline", since: Date.now() });
  }

  #opened(socket: Socket): void {
    this.#socket = socket;
    if (this.#wasLive) {
      this.#set({ state: "catching_up", behind: null });
      this.#head().then(
        (seq) => {
          this.#target = seq;
          if (this.#state.state === "catching_up") this.#show();
        },
        () => undefined,
      );
    }
    // Before anything is followed an open socket says nothing about what is shown.
    if (this.#followed.size > 0 && this.#pending.size === 0) this.#set({ state: "live" });
  }

  #settle(stream: string): void {
    this.#pending.delete(stream);
    if (this.#pending.size === 0 && this.#socket) {
      this.#wasLive = true;
      this.#set({ state: "live" });
    }
  }

  #show(): void {
    const behind = this.#target === null ? null : Math.max(0, this.#target - this.#reached);
    this.#set({ state: "catching_up", behind });
  }

  #set(state: LineState): void {
    const same = state.state === this.#state.state && state.state !== "catching_up" && state.state !== "offline";
    if (same) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
