import { describe, expect, it } from "vitest";
import { countOf, daysAfter, daysOf, problemOf, today } from "./days";

describe("the days that are asked for", () => {
  it("are those of the zone's clock", () => {
    const moment = Date.parse("2026-03-01T22:30:00Z");
    expect(today("UTC", moment)).toBe("2026-03-01");
    expect(today("Asia/Tokyo", moment)).toBe("2026-03-02");
    expect(today("America/New_York", moment)).toBe("2026-03-01");
  });

  it("go up to today, with today", () => {
    expect(daysOf({ span: 7 }, "2026-03-02")).toEqual({ from: "2026-02-24", to: "2026-03-02" });
    expect(countOf(daysOf({ span: 90 }, "2026-03-02"))).toBe(90);
    expect(daysOf({ from: "2026-01-01", to: "2026-01-05" }, "2026-03-02")).toEqual({ from: "2026-01-01", to: "2026-01-05" }); // prettier-ignore
  });

  it("are days of the calendar, whatever the clocks do", () => {
    expect(daysAfter("2026-03-30", -1)).toBe("2026-03-29");
    expect(daysAfter("2024-02-28", 1)).toBe("2024-02-29");
  });

  it("say why they cannot be asked for", () => {
    const present = "2026-03-02";
    expect(problemOf({ from: "2026-03-01", to: "2026-03-02" }, present)).toBeNull();
    expect(problemOf({ from: "2026-03-01", to: "2027-01-01" }, present)).toBeNull();
    expect(problemOf({ from: "", to: "2026-03-02" }, present)).toBe("missing");
    expect(problemOf({ from: "2026-03-02", to: "2026-03-01" }, present)).toBe("order");
    expect(problemOf({ from: "2026-03-03", to: "2026-03-04" }, present)).toBe("future");
    expect(problemOf({ from: "2020-01-01", to: "2026-03-01" }, present)).toBe("long");
  });
});
