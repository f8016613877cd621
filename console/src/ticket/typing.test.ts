import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Sayer } from "./typing";

const said: string[] = [];
let sayer: Sayer;

beforeEach(() => {
  vi.useFakeTimers();
  said.length = 0;
  sayer = new Sayer(({ type, state, kind, take }) => {
    said.push([type, state, kind, take && "take"].filter(Boolean).join(" "));
  }, "t1");
});
afterEach(() => {
  vi.useRealTimers();
});

describe("whoever types", () => {
  it("says so at the first key and every few seconds, not at every key", () => {
    for (let key = 0; key < 50; key += 1) {
      sayer.typing("note", true);
      vi.advanceTimersByTime(100);
    }
    expect(said).toEqual(["presence typing note", "presence typing note"]);
  });

  it("says that they answer it where nobody else does, and only with a reply", () => {
    sayer.typing("reply", true);
    sayer.typing("reply", true);
    expect(said).toEqual(["presence typing reply", "claim"]);
    said.length = 0;
    sayer.typing("reply", false);
    expect(said).toEqual([]);
  });

  it("only looks again when they stop", () => {
    sayer.typing("reply", false);
    vi.advanceTimersByTime(6000);
    expect(said).toEqual(["presence typing reply", "presence viewing"]);
  });

  it("is told of anew when the line is back", () => {
    sayer.here();
    sayer.typing("note", false);
    sayer.here();
    sayer.away();
    expect(said).toEqual(["presence viewing", "presence typing note", "presence typing note", "presence away"]);
  });
});
