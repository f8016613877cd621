import { describe, expect, it } from "vitest";
import { changeOf } from "./change";

describe("a change", () => {
  it("is told in hundredths of what was before", () => {
    expect(changeOf(15, 10, "up")).toEqual({ percent: 50, way: "up", tone: "good" });
    expect(changeOf(5, 10, "up")).toEqual({ percent: -50, way: "down", tone: "bad" });
    expect(changeOf(5, 10, "down")).toEqual({ percent: -50, way: "down", tone: "good" });
  });

  it("is neither good nor bad where nobody wants either, or nothing moved", () => {
    expect(changeOf(15, 10, "neither")?.tone).toBe("plain");
    expect(changeOf(10, 10, "down")).toEqual({ percent: 0, way: "same", tone: "plain" });
    expect(changeOf(10_001, 10_000, "down")?.tone).toBe("plain");
  });

  it("is no percentage of nothing, and nothing where one of the two is missing", () => {
    expect(changeOf(3, 0, "down")).toEqual({ percent: null, way: "up", tone: "bad" });
    expect(changeOf(null, 4, "up")).toBeNull();
    expect(changeOf(4, null, "up")).toBeNull();
  });
});
