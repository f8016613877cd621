import { describe, expect, it } from "vitest";
import { listChanges, short, spoken, ticketNumber } from "./changes";

describe("a value in one line", () => {
  it("is a dash where there is nothing", () => {
    expect([null, undefined, "", []].map((one) => spoken(one))).toEqual(["–", "–", "–", "–"]);
  });
  it("is its name where it has one", () => {
    expect(spoken({ id: "1", name: "Ada Lovelace" })).toBe("Ada Lovelace");
    expect(spoken({ floor: 3 })).toBe('{"floor":3}');
  });
  it("is a name where it is the id of somebody known", () => {
    expect(spoken(["1", "2"], new Map([["1", "Ada"]]))).toBe("Ada, 2");
  });
  it("is its parts where it is a list", () => {
    expect(spoken(["vpn", "network"])).toBe("vpn, network");
  });
  it("says yes and no, and numbers, as they are", () => {
    expect([true, 3].map((one) => spoken(one))).toEqual(["true", "3"]);
  });
  it("is cut where it is long", () => {
    expect(short("a".repeat(100))).toHaveLength(60);
    expect(short("one\ntwo")).toBe("one two");
  });
});

describe("the ticket that an entry is about", () => {
  it("is known by its number where the entry tells it", () => {
    expect(ticketNumber({ ticket: { number: 7 } })).toBe(7);
    expect([{}, { ticket: null }, { ticket: { number: "7" } }].map(ticketNumber)).toEqual([null, null, null]);
  });
});

describe("what changed", () => {
  it("is told once, by its name and not by its id", () => {
    const changes = { assignedToId: [null, "1"], assignedTo: [null, { id: "1", name: "Ada" }], teamId: [null, "2"] };
    expect(listChanges(changes).map((one) => one.field)).toEqual(["assignedTo", "teamId"]);
  });
  it("is nothing where nothing did", () => {
    expect(listChanges(null)).toEqual([]);
  });
});
