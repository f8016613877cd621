import { afterEach, expect, test, vi } from "vitest";
import { LiveHub } from "./hub";

/** A socket that answers every subscription, or says why not; `cut` ends it. */
class Wire {
  static refuses = "";
  static silent = false;
  static last: Wire | undefined;
  readyState = 1;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  readonly #heard: Record<string, (() => void)[]> = { open: [], close: [] };
  constructor() {
    Wire.last = this;
    setTimeout(() => {
      this.#heard["open"]?.forEach((then) => then());
      this.onopen?.();
    }, 0);
  }
  addEventListener(name: string, then: () => void): void {
    this.#heard[name]?.push(then);
  }
  send(text: string): void {
    const { type, stream, id } = JSON.parse(text) as Record<string, string>;
    if (type !== "subscribe" || Wire.silent) return;
    const place = { epoch: "e", seq: 1 };
    if (stream === Wire.refuses) this.say({ type: "error", id, code: "NOT_FOUND", message: "no" });
    else {
      this.say({ type: "subscribed", id, stream, ...place });
      if (stream !== "presence") this.say({ type: "synced", stream, ...place });
    }
  }
  say(frame: object): void {
    setTimeout(() => this.onmessage?.({ data: JSON.stringify(frame) }), 0);
  }
  close(): void {
    this.readyState = 3;
  }
  cut(): void {
    this.#heard["close"]?.forEach((then) => then());
    this.onclose?.({ code: 1006, reason: "" });
  }
}

afterEach(() => vi.unstubAllGlobals());

function follow(...streams: string[]): LiveHub {
  vi.stubGlobal("WebSocket", Wire);
  const hub = new LiveHub({
    url: "ws://hub.example",
    head: () => Promise.resolve(1),
    signedOut: () => Promise.resolve(false),
    refused: () => undefined,
  });
  for (const stream of streams) hub.follow(stream, () => undefined);
  hub.open();
  return hub;
}

async function comesBack(hub: LiveHub): Promise<void> {
  await vi.waitFor(() => expect(hub.line.get().state).toBe("live"));
  Wire.last?.cut();
  await vi.waitFor(() => expect(hub.line.get().state).toBe("offline"));
  await vi.waitFor(() => expect(hub.line.get().state).toBe("live"), { timeout: 4000 });
  hub.close();
}

test("A stream that was refused, or has ended, keeps nobody waiting when the line comes back", async () => {
  Wire.refuses = "ticket:gone";
  await comesBack(follow("queue", "ticket:gone"));
});

test("Who is where has nothing to catch up with", async () => {
  await comesBack(follow("queue", "presence"));
});

test("A line on which nothing has been told yet is not called live, and not when it ends either", async () => {
  const hub = follow();
  await vi.waitFor(() => expect(Wire.last?.onmessage).not.toBeNull());
  await new Promise((then) => setTimeout(then, 20)); // the socket is open, and the workspace is still being fetched
  Wire.silent = true;
  hub.follow("queue", () => undefined);
  Wire.last?.cut();
  await new Promise((then) => setTimeout(then, 20));
  expect(hub.line.get().state).toBe("connecting");
  hub.close();
});
