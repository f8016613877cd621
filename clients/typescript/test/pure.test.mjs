// What the client makes of frames, without a hub: somebody plays it, frame by frame.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HubClient, LiveWindow, PlacesInStorage, Stopped, Waiting } from "../dist/index.js";

const EPOCH = "11111111-1111-4111-8111-111111111111";

/** A socket whose other end is the test; `play(socket, number)` gets each one when it opens. */
function played(play, options = {}) {
  let number = 0;
  class Played {
    readyState = 0;
    said = [];

    constructor(url, protocols) {
      this.url = url;
      this.protocols = protocols;
      number += 1;
      const mine = number;
      queueMicrotask(() => {
        this.readyState = 1;
        this.onopen({});
        play(this, mine);
      });
    }

    send(text) {
      this.said.push(JSON.parse(text));
      this.onSaid?.(this.said.at(-1));
    }

    close(code = 1006, reason = "") {
      this.readyState = 3;
      this.onclose({ code, reason });
    }

    say(type, fields) {
      this.onmessage({ data: JSON.stringify({ type, stream: "queue", ...fields }) });
    }

    tell(seq, prev) {
      this.say("event", { seq, prev, event: { type: "ticket.updated", seq } });
    }

    /** Answers the newest `subscribe`. */
    begin() {
      const asked = this.said.at(-1);
      assert.equal(asked.type, "subscribe");
      this.say("subscribed", { id: asked.id, epoch: EPOCH, seq: asked.since?.seq ?? 1 });
    }
  }
  const hub = new HubClient("ws://hub/ws/v1", {
    tokens: "token",
    waiting: new Waiting(1, 2),
    webSocket: Played,
    ...options,
  });
  hub.follow("queue", options.view ? { view: options.view } : {});
  return hub;
}

async function seqs(hub, many) {
  const found = [];
  while (found.length < many) {
    const told = await hub.next();
    if (told.kind === "happened") found.push(told.event.seq);
  }
  return found;
}

test("a lost frame is noticed and fetched", async () => {
  const hub = played((socket) => {
    socket.begin();
    socket.onSaid = (frame) => {
      assert.deepEqual(frame.since, { epoch: EPOCH, seq: 2 });
      socket.begin();
      for (const seq of [3, 4, 5]) socket.tell(seq, seq - 1);
    };
    socket.tell(2, 1);
    socket.tell(4, 3); // 3 was lost
    socket.tell(5, 4);
  });
  assert.deepEqual(await seqs(hub, 4), [2, 3, 4, 5]);
  assert.equal(hub.counts.gaps, 1);
  assert.equal(hub.counts.repeats, 0);
  hub.close();
});

test("a frame that comes twice is told once", async () => {
  const hub = played((socket) => {
    socket.begin();
    for (const seq of [2, 2, 3, 2, 4]) socket.tell(seq, seq - 1);
  });
  assert.deepEqual(await seqs(hub, 3), [2, 3, 4]);
  assert.equal(hub.counts.repeats, 2);
  hub.close();
});

test("after a break it goes on where it was, and a slow reader is no reason to lose anything", async () => {
  const hub = played(
    (socket) => {
      socket.begin();
      const place = socket.said[0].since?.seq ?? 1;
      for (let seq = place + 1; seq <= 40 && socket.readyState === 1; seq += 1) socket.tell(seq, seq - 1);
    },
    { mostWaiting: 10 },
  );
  assert.deepEqual(
    await seqs(hub, 39),
    Array.from({ length: 39 }, (_, index) => index + 2),
  );
  assert.ok(hub.counts.tries > 3);
  hub.close();
});

test("a goodbye says when to come back", async () => {
  const came = [];
  const hub = played((socket, number) => {
    came.push(Date.now());
    socket.begin();
    if (number > 1) {
      socket.tell(2, 1);
      return;
    }
    socket.say("goodbye", { code: 4409, reason: "restarting", comeBackInMs: 300 });
    socket.close(4409, "restarting");
  });
  assert.deepEqual(await seqs(hub, 1), [2]);
  assert.ok(came[1] - came[0] >= 290);
  hub.close();
});

test("what the hub refuses for good stops the client", async () => {
  for (const code of [4400, 4403, 4404]) {
    const hub = played((socket) => {
      socket.say("error", { code: "FORBIDDEN", message: "No." });
      socket.close(code, "word");
    });
    assert.equal((await hub.next()).kind, "other");
    await assert.rejects(hub.next(), (error) => error instanceof Stopped && error.code === code && error.why === "No.");
  }
});

test("a refused token is replaced once", async () => {
  const asked = [];
  const tokens = async (fresh) => {
    asked.push(fresh);
    return { text: fresh ? "new" : "old" };
  };
  const hub = played(
    (socket) => {
      if (socket.protocols[1] === "bearer.old") socket.close(4401, "bad_token");
      else {
        socket.begin();
        socket.tell(2, 1);
      }
    },
    { tokens },
  );
  assert.deepEqual(await seqs(hub, 1), [2]);
  assert.deepEqual(asked, [false, true]);
  hub.close();
});

test("a hub that says nothing is asked, and then left", async () => {
  const said = [];
  const hub = played(
    (socket, number) => {
      socket.begin();
      socket.onSaid = (frame) => said.push(frame.type);
      if (number > 1) socket.tell(2, 1);
    },
    { quietMs: 40 },
  );
  assert.deepEqual(await seqs(hub, 1), [2]);
  assert.equal(said[0], "ping");
  hub.close();
});

test("a live view is shown and then changed", async () => {
  const hub = played(
    (socket) => {
      socket.begin();
      socket.say("window", { epoch: EPOCH, seq: 1, rows: [{ id: "a" }, { id: "b" }], count: 2, isCapped: false });
      const change = { entered: [{ at: 0, ticket: { id: "c" } }], changed: [], left: ["b"], count: 2 };
      socket.say("view", { seq: 2, prev: 1, isCapped: false, ...change });
    },
    { view: { window: 2 } },
  );
  assert.equal((await hub.next()).kind, "began");
  assert.deepEqual((await hub.next()).window.rows, [{ id: "a" }, { id: "b" }]);
  assert.deepEqual((await hub.next()).window.rows, [{ id: "c" }, { id: "a" }]);
  hub.close();
});

test("a live view that comes in parts is shown when it is whole", async () => {
  const hub = played((socket, number) => {
    socket.begin();
    const rows = { epoch: EPOCH, seq: 7, count: 2, isCapped: false };
    socket.say("window", { ...rows, rows: [{ id: "a" }], isPartial: true });
    if (number === 1) socket.close();
    else socket.say("window", { ...rows, rows: [{ id: "b" }] });
  });
  let told = await hub.next();
  while (told.kind !== "shown") told = await hub.next();
  assert.deepEqual(told.window.rows, [{ id: "a" }, { id: "b" }]);
  assert.equal(told.place.seq, 7);
  hub.close();
});

test("a place that was kept without the rows of a live view is no place", async () => {
  const asked = [];
  const hub = played(
    (socket, number) => {
      asked.push(socket.said[0].since);
      socket.begin();
      socket.say("window", { epoch: EPOCH, seq: 7, count: 1, isCapped: false, rows: [{ id: "a" }] });
      if (number === 1) socket.close();
    },
    { view: { window: 5 }, places: { load: () => ({ epoch: EPOCH, seq: 5 }), save: () => {}, forget: () => {} } },
  );
  assert.equal((await hub.next()).resumed, false);
  assert.deepEqual((await hub.next()).window.rows, [{ id: "a" }]);
  assert.equal((await hub.next()).resumed, true);
  assert.deepEqual(asked, [undefined, { epoch: EPOCH, seq: 7 }]);
  hub.close();
});

test("a window is cut to its size", () => {
  const window = new LiveWindow(2);
  window.show({ rows: [{ id: "a" }, { id: "b" }], count: 5, isCapped: false });
  const changed = [{ at: 1, ticket: { id: "a" } }];
  window.change({ entered: [{ at: 0, ticket: { id: "c" } }], changed, left: [], count: 6, isCapped: false });
  assert.deepEqual(
    window.rows.map((row) => row.id),
    ["c", "a"],
  );
  assert.equal(window.count, 6);
});

test("waiting is a random time up to a bound that doubles", () => {
  const longest = new Waiting(500, 30_000, () => 1);
  assert.deepEqual(
    Array.from({ length: 8 }, () => longest.next()),
    [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000],
  );
  longest.beginAnew();
  assert.equal(longest.next(), 500);
  assert.equal(new Waiting(500, 30_000, () => 0).next(), 0);
});

test("places survive the page, and are saved when the next thing is asked for", async () => {
  const kept = new Map();
  const storage = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
  const places = new PlacesInStorage(storage);
  const play = (socket) => {
    socket.begin();
    const place = socket.said[0].since?.seq ?? 1;
    socket.tell(place + 1, place);
    socket.tell(place + 2, place + 1);
  };
  const hub = played(play, { places });
  assert.deepEqual(await seqs(hub, 2), [2, 3]);
  assert.equal(places.load("queue").seq, 2);
  hub.close();
  const again = played(play, { places });
  assert.deepEqual(await seqs(again, 1), [3]);
  again.close();
});
