// Against a running hub: HUB_PORT, HUB_TOKEN (an agent's) and HUB_FOREIGN_TICKET (another tenant's) say which.
import assert from "node:assert/strict";
import { test } from "node:test";
import { WebSocket } from "ws";
import { HubClient, Stopped, Waiting } from "../dist/index.js";

const { HUB_PORT, HUB_TOKEN, HUB_FOREIGN_TICKET } = process.env;
const skip = HUB_PORT ? false : "there is no hub: HUB_PORT is not set";
const options = { timeout: 60_000, skip };

function client(tokens = HUB_TOKEN) {
  const waiting = new Waiting(100, 500);
  return new HubClient(`ws://localhost:${HUB_PORT}/ws/v1`, { tokens, waiting, webSocket: WebSocket });
}

async function openTicket(title) {
  const answer = await fetch(`http://localhost:${HUB_PORT}/api/v1/tickets`, {
    method: "POST",
    headers: { Authorization: `Bearer ${HUB_TOKEN}`, "Content-Type": "application/json" },
    body: JSON.stringify({ title }),
  });
  assert.equal(answer.status, 201, await answer.text());
}

async function nextOf(hub, kind) {
  for (;;) {
    const told = await hub.next();
    if (told.kind === kind) return told;
  }
}

test("every event comes once, in order, through broken connections", options, async () => {
  const hub = client();
  hub.follow("queue");
  hub.follow("me");
  assert.equal((await nextOf(hub, "began")).resumed, false);
  const wanted = [];
  const got = [];
  for (let round = 0; round < 3; round += 1) {
    for (let number = 0; number < 4; number += 1) {
      wanted.push(`typescript ${round} ${number}`);
      await openTicket(wanted.at(-1));
    }
    while (got.length < wanted.length) {
      if (got.length === wanted.length - 2) hub.drop();
      got.push((await nextOf(hub, "happened")).event.data.ticket.title);
    }
  }
  assert.deepEqual(got, wanted);
  assert.deepEqual([hub.counts.gaps, hub.counts.repeats, hub.counts.resets], [0, 0, 0]);
  assert.equal(hub.counts.tries, 4);
  hub.close();
  assert.equal(await hub.next(), undefined);
});

test("a live view shows what a list would", options, async () => {
  const hub = client();
  hub.follow("view:newest", { view: { filter: { status: ["open"] }, window: 2 } });
  let told = await nextOf(hub, "shown");
  const before = told.window.count;
  await openTicket("typescript, shown");
  while (told.window.count !== before + 1) told = await nextOf(hub, "shown");
  assert.equal(told.window.rows[0].title, "typescript, shown");
  assert.ok(told.window.rows.length <= 2);
  hub.close();
});

test("another tenant's ticket is absent", options, async () => {
  const hub = client();
  hub.follow(`ticket:${HUB_FOREIGN_TICKET}`);
  assert.equal((await nextOf(hub, "refused")).code, "NOT_FOUND");
  hub.close();
});

test("a bad token stops it", options, async () => {
  const hub = client("nonsense");
  hub.follow("queue");
  await assert.rejects(nextOf(hub, "began"), (error) => error instanceof Stopped && error.code === 4401);
});
