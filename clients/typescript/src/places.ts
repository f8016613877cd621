/** Where a client stands on each stream: all that it has to remember so as to miss nothing. */
import type { Since } from "./frames.js";

/** Everything up to `seq` of the log `epoch` has been told. */
export type Place = Since;

/** Keeps places beyond a connection. Called between two events, so it should not take long. */
export interface Places {
  load(stream: string): Place | undefined;
  save(stream: string, place: Place): void;
  forget(stream: string): void;
}

/** Lost with the page: a new one begins at the present. */
export class PlacesInMemory implements Places {
  readonly #places = new Map<string, Place>();

  load(stream: string): Place | undefined {
    return this.#places.get(stream);
  }

  save(stream: string, place: Place): void {
    this.#places.set(stream, place);
  }

  forget(stream: string): void {
    this.#places.delete(stream);
  }
}

/** In a browser's storage; one page writes it. `sessionStorage` survives a reload and is a tab's own. */
export class PlacesInStorage implements Places {
  constructor(
    private readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">,
    private readonly prefix = "ticket-hub.",
  ) {}

  load(stream: string): Place | undefined {
    const kept = this.storage.getItem(this.prefix + stream);
    try {
      return kept === null ? undefined : (JSON.parse(kept) as Place);
    } catch {
      return undefined; // somebody else wrote there: begin at the present
    }
  }

  save(stream: string, place: Place): void {
    this.storage.setItem(this.prefix + stream, JSON.stringify(place));
  }

  forget(stream: string): void {
    this.storage.removeItem(this.prefix + stream);
  }
}
