/**
 * The socket and what keeps it: signing in, renewing, coming back, resuming. Whoever asks `next` drives it.
 *
 * A place is saved when the next thing is asked for: so what was told is told again where the page died over it.
 */
import { Counts, Following, type View } from "./following.js";
import { PlacesInMemory, type Place, type Places } from "./places.js";
import { COME_BACK, FOR_GOOD, LOST, Stopped, UNAUTHORIZED } from "./stopped.js";
import type { AnyFrame, Told } from "./told.js";
import { fixedToken, type Token, type TokenSource } from "./tokens.js";
import { Waiting } from "./waiting.js";

/** What is used of a WebSocket: a browser's, Node's, or that of the package `ws`. */
export interface Socket {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type SocketClass = new (url: string, protocols: string[]) => Socket;

export interface Options {
  /** Nothing: the page's own cookie signs in. */
  tokens?: TokenSource | string;
  places?: Places;
  waiting?: Waiting;
  /** Where there is no global one. */
  webSocket?: SocketClass;
  /** So many frames wait for a slow reader; then the socket is closed, and taken up again when they are read. */
  mostWaiting?: number;
  /** After so long a silence the hub is asked whether it is there. It says something every 25 seconds. */
  quietMs?: number;
}

const OPEN = 1;
const RENEW_BEFORE_MS = 60_000;
const RENEW_AGAIN_MS = 5_000;
const LOOKS_A_SILENCE = 4;

export class HubClient implements AsyncIterable<Told> {
  readonly counts = new Counts();
  readonly #urls: string[];
  readonly #tokens: TokenSource | undefined;
  readonly #places: Places;
  readonly #waiting: Waiting;
  readonly #socketClass: SocketClass;
  readonly #mostWaiting: number;
  readonly #quietMs: number;
  readonly #following = new Map<string, Following>();
  #socket: Socket | undefined;
  #inbox: AnyFrame[] = [];
  #parted: { code: number; reason: string } | undefined;
  #wake: () => void = () => undefined;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #unsaved: { stream: string; place: Place } | undefined;
  #needsFresh = false;
  #closed = false;
  #comeBackMs: number | undefined;
  #notBefore = 0;
  #heardAt = 0;
  #why = "";
  #asked = 0;

  /** Several urls are taken in turn. */
  constructor(urls: string | string[], options: Options = {}) {
    this.#urls = typeof urls === "string" ? [urls] : [...urls];
    this.#tokens = typeof options.tokens === "string" ? fixedToken(options.tokens) : options.tokens;
    this.#places = options.places ?? new PlacesInMemory();
    this.#waiting = options.waiting ?? new Waiting();
    this.#socketClass = options.webSocket ?? (WebSocket as unknown as SocketClass);
    this.#mostWaiting = options.mostWaiting ?? 10_000;
    this.#quietMs = options.quietMs ?? 40_000;
  }

  /** From `since` on, else from the place that was saved, else from now. `view`: `filter`, `viewId`, `window` … */
  follow(stream: string, { since, view }: { since?: Place; view?: View } = {}): void {
    const following = new Following(stream, since ?? this.#places.load(stream), this.counts, view);
    this.#following.set(stream, following);
    if (this.#isOpen()) this.send(following.subscribe(this.#newId()));
  }

  /** Follow it no longer, and forget the place. */
  leave(stream: string): void {
    if (!this.#following.delete(stream)) return;
    this.#forget(stream);
    this.send({ type: "unsubscribe", stream, id: this.#newId() });
  }

  /** Any frame, such as presence; false where there is no socket just now. */
  send(frame: AnyFrame): boolean {
    if (!this.#isOpen()) return false;
    this.#socket?.send(JSON.stringify(frame));
    return true;
  }

  /** The next thing, for as long as it takes; undefined after `close`. Throws Stopped. One at a time may ask. */
  async next(): Promise<Told | undefined> {
    this.save();
    while (!this.#closed) {
      const frame = this.#inbox.shift();
      if (frame) {
        const told = this.#take(frame);
        if (told) {
          this.#unsaved = "place" in told ? { stream: told.stream, place: told.place } : undefined;
          return told;
        }
      } else if (this.#parted) {
        this.#part();
      } else if (!this.#socket) {
        await this.#comeIn();
      } else {
        await new Promise<void>((wake) => (this.#wake = wake));
      }
    }
    return undefined;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Told> {
    for (let told = await this.next(); told; told = await this.next()) yield told;
  }

  /** Whatever was told has been dealt with. */
  save(): void {
    if (this.#unsaved) this.#places.save(this.#unsaved.stream, this.#unsaved.place);
    this.#unsaved = undefined;
  }

  close(): void {
    this.#closed = true;
    const socket = this.#letGo();
    socket?.close(1000);
    this.#wake();
  }

  /** Break the connection: `next` comes back and resumes. */
  drop(): void {
    const socket = this.#letGo();
    this.#inbox = [];
    this.#parted = { code: LOST, reason: "" };
    socket?.close();
    this.#wake();
  }

  async #comeIn(): Promise<void> {
    await this.#sleep(this.#notBefore - Date.now());
    if (this.#closed) return;
    const url = this.#urls[this.counts.tries % this.#urls.length] as string;
    this.counts.tries += 1;
    let token: Token | undefined;
    try {
      token = await this.#tokens?.(this.#needsFresh);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      this.#parted = { code: LOST, reason: "" };
      return;
    }
    if (!this.#closed) this.#connect(url, token);
  }

  #connect(url: string, token: Token | undefined): void {
    const socket = new this.#socketClass(url, token ? ["hub.v1", `bearer.${token.text}`] : ["hub.v1"]);
    const ifOurs = <E>(then: (event: E) => void) => {
      return (event: E) => {
        if (this.#socket === socket) then(event);
      };
    };
    this.#socket = socket;
    this.#why = "";
    socket.onopen = ifOurs(() => {
      for (const following of this.#following.values()) this.send(following.subscribe(this.#newId()));
      this.#listen();
      if (token) this.#renewLater(token);
    });
    socket.onmessage = ifOurs((event: { data: unknown }) => this.#hear(event.data));
    socket.onclose = ifOurs((event: { code: number; reason: string }) => {
      this.#letGo();
      this.#parted = { code: event.code, reason: event.reason };
      this.#wake();
    });
    socket.onerror = () => undefined; // a close follows
  }

  #hear(data: unknown): void {
    this.#heardAt = Date.now();
    let frame: AnyFrame;
    try {
      frame = JSON.parse(String(data)) as AnyFrame;
    } catch {
      this.drop(); // something that is no hub stands between
      return;
    }
    this.#inbox.push(frame);
    if (this.#inbox.length >= this.#mostWaiting) {
      this.#letGo()?.close();
      this.#parted = { code: LOST, reason: "" };
    }
    this.#wake();
  }

  /** The socket is gone: stop, or stay away for a while. */
  #part(): void {
    const { code, reason } = this.#parted ?? { code: LOST, reason: "" };
    this.#parted = undefined;
    if (FOR_GOOD.has(code) || (code === UNAUTHORIZED && (this.#needsFresh || !this.#tokens))) {
      throw new Stopped(code, reason, this.#why);
    }
    if (code === UNAUTHORIZED) this.#needsFresh = true;
    if (code === COME_BACK) this.#waiting.beginAnew();
    this.#notBefore = Date.now() + (this.#comeBackMs ?? this.#waiting.next());
    this.#comeBackMs = undefined;
  }

  #take(frame: AnyFrame): Told | undefined {
    if (frame.type !== "error" && frame.type !== "goodbye") this.#needsFresh = false; // we are in
    switch (frame.type) {
      case "goodbye":
        // The hub knows how many must come back, and has chosen a moment for each.
        this.#comeBackMs = Number(frame["comeBackInMs"]);
        return undefined;
      case "authenticated":
      case "pong":
        return undefined;
      case "subscribed":
        this.#waiting.beginAnew();
        break;
      case "error":
        this.#why = String(frame["message"]);
    }
    const following = this.#whose(frame);
    if (!following) return frame.type === "unsubscribed" ? undefined : { kind: "other", frame };
    if (following.isMissingSomething(frame)) {
      this.counts.gaps += 1;
      this.send(following.subscribe(this.#newId()));
      return undefined;
    }
    const told = following.take(frame);
    if (told?.kind === "ended" || told?.kind === "refused") {
      this.#following.delete(told.stream);
      this.#forget(told.stream);
    }
    return told;
  }

  /** An error names no stream; it repeats the id of the frame that it answers. */
  #whose(frame: AnyFrame): Following | undefined {
    if (frame.type !== "error") return this.#following.get(String(frame["stream"]));
    return [...this.#following.values()].find((one) => one.asks(frame["id"]));
  }

  /** Bring a new token before the old one ends. Where that fails the hub ends the socket, and we come in anew. */
  #renewLater(token: Token): void {
    if (token.expiresAt === undefined || !this.#tokens) return;
    const left = token.expiresAt - Date.now();
    // Not all in the same moment, and not at once where tokens are short-lived.
    const wait = Math.max(0, left - Math.min(RENEW_BEFORE_MS, left / 2)) * (0.9 + Math.random() / 10);
    this.#later(wait, () => void this.#renew(token));
  }

  async #renew(old: Token): Promise<void> {
    const socket = this.#socket;
    try {
      const token = await this.#tokens?.(true);
      if (this.#socket !== socket || !token) return;
      this.send({ type: "auth", token: token.text });
      this.#renewLater(token);
    } catch (error) {
      if (!(error instanceof Stopped) && this.#socket === socket) {
        this.#later(RENEW_AGAIN_MS, () => void this.#renew(old));
      }
    }
  }

  /** A page cannot ping, and half a connection says nothing: after a long silence the hub is asked, then left. */
  #listen(): void {
    this.#heardAt = Date.now();
    let askedAt = 0;
    const look = (): void => {
      const now = Date.now();
      if (now - this.#heardAt <= this.#quietMs) {
        askedAt = 0;
      } else if (askedAt === 0) {
        askedAt = now;
        this.send({ type: "ping" });
      } else if (now - askedAt > this.#quietMs / 2) {
        this.drop();
        return;
      }
      this.#later(this.#quietMs / LOOKS_A_SILENCE, look);
    };
    this.#later(this.#quietMs / LOOKS_A_SILENCE, look);
  }

  #letGo(): Socket | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    return socket;
  }

  #later(ms: number, then: () => void): void {
    const timer: ReturnType<typeof setTimeout> = setTimeout(
      () => {
        this.#timers = this.#timers.filter((one) => one !== timer);
        then();
      },
      Math.min(ms, 2 ** 31 - 1),
    );
    this.#timers.push(timer);
  }

  async #sleep(ms: number): Promise<void> {
    if (ms <= 0) return;
    await new Promise<void>((wake) => {
      const timer = setTimeout(wake, ms);
      this.#wake = () => {
        if (this.#closed) {
          clearTimeout(timer);
          wake();
        }
      };
    });
  }

  #isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  #forget(stream: string): void {
    if (this.#unsaved?.stream === stream) this.#unsaved = undefined;
    this.#places.forget(stream);
  }

  #newId(): string {
    this.#asked += 1;
    return `c${this.#asked}`;
  }
}
