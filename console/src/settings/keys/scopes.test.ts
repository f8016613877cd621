import { expect, test } from "vitest";
import { byThing, endsAfter, isWorthEverything, thatRead } from "./scopes";

const HELD = ["users:write:any", "tickets:write:any", "tickets:read:any", "tickets:delete:any", "views:read:any"];

test("Scopes stand by thing, reading first", () => {
  expect(byThing(HELD)).toEqual([
    {
      thing: "tickets",
      scopes: [
        { verb: "read", scope: "tickets:read:any" },
        { verb: "write", scope: "tickets:write:any" },
        { verb: "delete", scope: "tickets:delete:any" },
      ],
    },
    { thing: "views", scopes: [{ verb: "read", scope: "views:read:any" }] },
    { thing: "users", scopes: [{ verb: "write", scope: "users:write:any" }] },
  ]);
});

test("Those that only read change nothing", () => {
  expect(thatRead(HELD)).toEqual(["tickets:read:any", "views:read:any"]);
});

test("A key that changes people is worth everything", () => {
  expect(isWorthEverything(HELD)).toBe(true);
  expect(isWorthEverything(["users:read:any"])).toBe(false);
});

test("A key ends so many days from now, or never", () => {
  expect(endsAfter(30, new Date("2026-11-01T12:00:00Z"))).toBe("2026-12-01T12:00:00.000Z");
  expect(endsAfter(null, new Date())).toBeNull();
});
