import { describe, expect, it } from "vitest";
import { countScale, durationScale, namedSteps, pathOf, stepAt } from "./scale";

describe("a chart's marks", () => {
  it("are few, round, and reach over the most", () => {
    expect(countScale(0).marks).toEqual([0, 1]);
    expect(countScale(3).marks).toEqual([0, 1, 2, 3]);
    expect(countScale(17).marks).toEqual([0, 5, 10, 15, 20]);
    expect(countScale(1234).top).toBe(1500);
  });

  it("of durations are round as clocks are", () => {
    expect(durationScale(100).marks).toEqual([0, 30, 60, 90, 120]);
    expect(durationScale(5 * 3600).marks).toEqual([0, 7200, 14_400, 21_600]);
    expect(durationScale(40 * 86_400).marks).toEqual([0, 10, 20, 30, 40].map((days) => days * 86_400));
    expect(durationScale(0).top).toBe(1);
  });

  it("are never many", () => {
    for (let most = 1; most < 1e7; most = Math.ceil(most * 1.7)) {
      expect(countScale(most).marks.length).toBeLessThanOrEqual(6);
      expect(durationScale(most).marks.length).toBeLessThanOrEqual(6);
      expect(durationScale(most).top).toBeGreaterThanOrEqual(most);
    }
  });
});

describe("the names of steps", () => {
  it("have room each", () => {
    expect(namedSteps(7, 700, 60)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(namedSteps(30, 300, 60)).toEqual([0, 6, 12, 18, 24]);
  });
});

describe("a line", () => {
  it("is broken where nothing is, and a lone point is seen", () => {
    expect(pathOf([[0, 1], [2, 3], null, [4.04, 5]])).toBe("M0 1L2 3M4 5h0"); // prettier-ignore
    expect(pathOf([null])).toBe("");
  });
});

describe("the step under the pointer", () => {
  it("is one that there is", () => {
    expect([-1, 0, 0.49, 0.5, 1, 2].map((place) => stepAt(place, 2))).toEqual([0, 0, 0, 1, 1, 1]);
  });
});
