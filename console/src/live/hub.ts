/** The one socket of the page: who follows which stream hears what is told on it, in the log's order. */
import { HubClient, PlacesInMemory, Stopped, type Told } from "ticket-hub-client";
import { Line, type LineState } from "./line";

export type { Told };
export type Listener = (told: Told) => void;
export type View = Record<string, unknown>;

const SIGN_IN_AGAIN = 4401;

interface Followed {
  listeners: Set<Listener>;
  view: View | undefined;
}

export interface Needs {
  url: string;
  /** Where the log stands now, for "37 behind". */
  head: () => Promise<number>;
  /** The hub no longer knows who we are. True: it does after all, come in again. */
  signedOut: () => Promise<boolean>;
  /** The socket ends for good: suspended, or no such desk. */
  refused: (code: number, message: string) => void;
}

export class LiveHub {
  readonly line: Line;
  readonly #needs: Needs;
  readonly #followed = new Map<string, Followed>();
  readonly #others = new Set<(frame: { type: string } & Record<string, unknown>) => void>();
  #client: HubClient | undefined;
  /** What runs now; another where it was closed and opened again meanwhile. */
  #life: object | undefined;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.line = new Line(needs.head);
  }

  /** Begin; until `close`. */
  open(): void {
    this.#life = {};
    void this.#run(this.#life);
  }

  close(): void {
    this.#life = undefined;
    this.#client?.close();
  }

  /** The machine has lost its network: a socket would find out only after a long silence. */
  readonly cutOff = (): void => this.#client?.drop();

  /** The network is there again: come back now, not when the next try is due. */
  readonly reachable = (): void => {
    if (this.line.get().state === "offline") this.#client?.close(); // another takes its places
  };

  /** Hear what is told on a stream. Returns how to stop. The last who stops leaves the stream. */
  follow(stream: string, listener: Listener, view?: View): () => void {
    const known = this.#followed.get(stream);
    if (known) {
      known.listeners.add(listener);
      // What is read over REST from now on cannot miss anything: the stream is followed already.
      queueMicrotask(() => {
        if (known.listeners.has(listener)) {
          listener({ kind: "began", stream, place: { epoch: "", seq: 0 }, resumed: false });
        }
      });
    } else {
      this.#followed.set(stream, { listeners: new Set([listener]), view });
      this.line.expects(stream);
      this.#client?.follow(stream, view ? { view } : {});
    }
    return () => this.#stop(stream, listener);
  }

  /** Frames that belong to no stream's log: presence, claims, drafts. */
  hear(listener: (frame: { type: string } & Record<string, unknown>) => void): () => void {
    this.#others.add(listener);
    return () => this.#others.delete(listener);
  }

  /** False: there is no socket just now, and it is not kept for later. */
  send(frame: { type: string } & Record<string, unknown>): boolean {
    return this.#client?.send(frame) ?? false;
  }

  #stop(stream: string, listener: Listener): void {
    const known = this.#followed.get(stream);
    if (!known?.listeners.delete(listener) || known.listeners.size > 0) return;
    this.#followed.delete(stream);
    this.line.forgets(stream);
    this.#client?.leave(stream);
  }

  async #run(life: object): Promise<void> {
    const places = new PlacesInMemory();
    while (this.#life === life) {
      const client = new HubClient(this.#needs.url, { places, webSocket: this.line.socketClass() });
      this.#client = client;
      for (const [stream, { view }] of this.#followed) client.follow(stream, view ? { view } : {});
      try {
        for await (const told of client) this.#tell(told);
      } catch (error) {
        client.close();
        this.line.lost();
        if (!(error instanceof Stopped)) throw error;
        const comesBack = error.code === SIGN_IN_AGAIN && (await this.#needs.signedOut());
        if (comesBack) continue;
        if (error.code !== SIGN_IN_AGAIN) this.#needs.refused(error.code, error.message);
        return;
      }
    }
  }

  #tell(told: Told): void {
    this.line.told(told);
    if (told.kind === "other") {
      for (const listener of [...this.#others]) listener(told.frame);
      return;
    }
    const known = this.#followed.get(told.stream);
    for (const listener of [...(known?.listeners ?? [])]) listener(told);
    if (told.kind === "ended" || told.kind === "refused") {
      this.#followed.delete(told.stream);
      this.line.forgets(told.stream); // or the next time the line comes back it would wait for it
    }
  }
}

export type { LineState };
