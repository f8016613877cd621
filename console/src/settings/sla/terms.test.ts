import { expect, test } from "vitest";
import { asDays, asEscalations, asOpenings, asText, daysAsText, doneAt, minutes } from "./terms";

test("opening times are read as people write them, and written back", () => {
  const found = asOpenings("9:00-12:30, 13:15 – 17:00");
  expect(found).toEqual([
    { opens: "09:00", closes: "12:30" },
    { opens: "13:15", closes: "17:00" },
  ]);
  expect(asText(found ?? [])).toBe("09:00–12:30, 13:15–17:00");
  expect(asOpenings("  ")).toEqual([]);
  expect(asOpenings("all day")).toBeNull();
});

test("dates stand one in a line", () => {
  const days = asDays("2026-12-24 09:00-12:00\n\n2026-12-31");
  expect(days?.map((one) => [one.date, one.openings?.length])).toEqual([
    ["2026-12-24", 1],
    ["2026-12-31", 0],
  ]);
  expect(daysAsText(days ?? [])).toBe("2026-12-24 09:00–12:00\n2026-12-31");
  expect(asDays("24.12.2026")).toBeNull();
});

test("what the form cannot show is left alone", () => {
  const done = doneAt([{ on: "breach", notifyAssignee: true, priority: "urgent" }]);
  expect(done?.breach).toEqual({ notifyAssignee: true, notifyTeam: false, assignToId: "", priority: "urgent" });
  expect(done && asEscalations(done).map((one) => one.on)).toEqual(["breach"]);
  expect(doneAt([{ on: "breach", clocks: ["resolution"], notifyTeam: true }])).toBeNull();
});

test("nothing written is nothing promised", () => {
  expect(minutes(" ")).toBeNull();
  expect(minutes("90")).toBe(90);
});
