import { describe, expect, it } from "vitest";
import { wayBack, type Answer } from "./bulk";
import type { Ticket } from "./useLiveList";

const ticket = (id: string, fields: Partial<Ticket>) =>
  ({ id, status: "open", priority: "low", assignedToId: null, teamId: null, tags: [], ...fields }) as unknown as Ticket;

const answer = (...data: { id: string; status: string; version: number | null }[]) => ({ data, meta: {} }) as unknown as Answer; // prettier-ignore

describe("the way back", () => {
  it("is one call for all that were alike", () => {
    const before = [ticket("a", {}), ticket("b", { status: "pending" }), ticket("c", {})];
    const told = answer(
      { id: "a", status: "changed", version: 2 },
      { id: "b", status: "changed", version: 5 },
      { id: "c", status: "changed", version: 3 },
    );
    expect(wayBack(before, { set: { status: "closed" } }, told)).toEqual([
      { ids: ["a", "c"], versions: { a: 2, c: 3 }, set: { status: "open" } },
      { ids: ["b"], versions: { b: 5 }, set: { status: "pending" } },
    ]);
  });

  it("leaves alone what was not changed or was refused", () => {
    const before = [ticket("a", {}), ticket("b", {})];
    const told = answer({ id: "a", status: "unchanged", version: 1 }, { id: "b", status: "refused", version: null });
    expect(wayBack(before, { set: { status: "open" } }, told)).toEqual([]);
  });

  it("takes away only tags that a ticket did not have, and gives back those it had", () => {
    const before = [ticket("a", { tags: ["vpn"] }), ticket("b", { tags: ["old"] })];
    const told = answer({ id: "a", status: "changed", version: 2 }, { id: "b", status: "changed", version: 2 });
    const calls = wayBack(before, { addTags: ["vpn", "new"], removeTags: ["old"] }, told);
    expect(calls).toEqual([
      { ids: ["a"], versions: { a: 2 }, removeTags: ["new"] },
      { ids: ["b"], versions: { b: 2 }, removeTags: ["vpn", "new"], addTags: ["old"] },
    ]);
  });

  it("brings back that there was nobody", () => {
    const told = answer({ id: "a", status: "changed", version: 2 });
    expect(wayBack([ticket("a", {})], { set: { assignedToId: "x" } }, told)[0]?.set).toEqual({ assignedToId: null });
  });
});
