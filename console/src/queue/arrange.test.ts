import { describe, expect, it } from "vitest";
import { arrange, joined, moved, tailAfter } from "./arrange";

const rows = (...ids: string[]) => ids.map((id) => ({ id, text: id }));
const ids = (list: readonly { id: string }[]) => list.map((row) => row.id).join("");

describe("a list that nobody reads", () => {
  it("is as it is", () => {
    const { rows: stand, isBehind } = arrange(rows("a", "b"), rows("c", "b"), false);
    expect([ids(stand), isBehind]).toEqual(["cb", false]);
  });
});

describe("a list that somebody reads", () => {
  it("keeps its order, shows the newest of each, and says what waits", () => {
    const live = [{ id: "new", text: "n" }, { id: "b", text: "B" }, { id: "a", text: "A" }]; // prettier-ignore
    const { rows: stand, waiting, isBehind } = arrange(rows("a", "b"), live, true);
    expect(stand.map((row) => row.text)).toEqual(["A", "B"]);
    expect([waiting, isBehind]).toEqual([1, true]);
  });

  it("keeps what has left where it was, and marks it", () => {
    const { rows: stand, gone, waiting } = arrange(rows("a", "b", "c"), rows("a", "c"), true);
    expect([ids(stand), [...gone], waiting]).toEqual(["abc", ["b"], 0]);
  });

  it("grows at its end while one scrolls", () => {
    const { rows: stand, waiting, isBehind } = arrange(rows("a", "b"), rows("a", "b", "c", "d"), true);
    expect([ids(stand), waiting, isBehind]).toEqual(["abcd", 0, false]);
  });

  it("does not count what came below as waiting above", () => {
    const { rows: stand, waiting } = arrange(rows("a", "b"), rows("x", "a", "b", "c"), true);
    expect([ids(stand), waiting]).toEqual(["abc", 1]);
  });

  it("fills at once where nothing stood", () => {
    expect(ids(arrange([], rows("a"), true).rows)).toBe("a");
  });
});

describe("the tail below the live window", () => {
  it("holds nobody who stands in the window", () => {
    expect(ids(joined(rows("a", "b"), rows("b", "c")))).toBe("abc");
  });

  it("begins with what the window pushed out", () => {
    expect(ids(tailAfter(rows("a", "b"), rows("n", "a"), [], rows("c")))).toBe("bc");
  });

  it("loses what left the view", () => {
    expect(ids(tailAfter(rows("a", "b"), rows("a"), ["b", "c"], rows("c", "d")))).toBe("d");
  });
});

describe("a list that one moves through", () => {
  it("has ends", () => {
    expect([moved(rows("a", "b"), "b", 1), moved(rows("a", "b"), "a", -1)]).toEqual(["b", "a"]);
    expect([moved(rows("a", "b"), null, 1), moved(rows("a", "b"), null, -1), moved([], "a", 1)]).toEqual([
      "a",
      "b",
      null,
    ]);
  });

  it("goes on where a row has left", () => {
    expect([moved(rows("a", "c"), "b", 1, 1), moved(rows("a", "c"), "b", -1, 1)]).toEqual(["c", "a"]);
    expect([moved(rows("a"), "b", 1, 1), moved(rows("b"), "a", -1, 0)]).toEqual(["a", "b"]);
  });
});
