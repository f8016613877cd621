import { describe, expect, it } from "vitest";
import { aTicket } from "../conversation/samples";
import { merge } from "./merge";

const base = aTicket({ status: "open", priority: "low", tags: ["vpn", "office"], assignedToId: null });

describe("a change of a ticket that somebody else changed meanwhile", () => {
  it("is done again where they changed something else", () => {
    const current = { ...base, priority: "high" as const, version: 2 };
    expect(merge(base, { status: "pending" }, current)).toEqual({ fields: { status: "pending" }, clashes: [] });
  });

  it("is a clash where both changed the same field to something else", () => {
    const current = { ...base, status: "resolved" as const };
    expect(merge(base, { status: "pending", priority: "high" }, current)).toEqual({
      fields: { priority: "high" },
      clashes: [{ field: "status", mine: "pending", theirs: "resolved" }],
    });
  });

  it("is nothing where both wanted the same", () => {
    expect(merge(base, { assignedToId: "ada" }, { ...base, assignedToId: "ada" })).toEqual({ fields: {}, clashes: [] });
  });

  it("adds and takes tags beside theirs", () => {
    const current = { ...base, tags: ["vpn", "office", "urgent"] };
    expect(merge(base, { tags: ["vpn", "wifi"] }, current).fields.tags).toEqual(["vpn", "urgent", "wifi"]);
    expect(merge(base, { tags: ["vpn"] }, { ...base, tags: ["office"] }).fields.tags).toEqual([]);
  });
});
