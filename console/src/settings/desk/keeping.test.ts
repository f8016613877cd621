import { expect, test } from "vitest";
import { daysOf, isShorter, keepingOf } from "./keeping";

test("what the desk says is read, and the hub's where it says nothing", () => {
  const keeping = keepingOf({ keepDays: { log: 730, mails: 0 } });
  expect(keeping.log).toEqual({ rule: "days", days: "730" });
  expect(keeping.mails).toEqual({ rule: "ever", days: "" });
  expect(keeping.origins).toEqual({ rule: "hub", days: "" });
  for (const settings of [{}, { keepDays: null }, { keepDays: "7" }, { keepDays: { log: "7" } }]) {
    expect(keepingOf(settings).log.rule).toBe("hub");
  }
});

test("sent is what was said, and nothing of the hub's", () => {
  const said = { log: 730, mails: 0 };
  expect(daysOf(keepingOf({ keepDays: said }))).toEqual(said);
  expect(daysOf(keepingOf({}))).toEqual({});
});

test("who keeps for a shorter time is told that something goes", () => {
  const days = (count: number) => ({ rule: "days", days: String(count) }) as const;
  expect(isShorter("log", days(730), days(365))).toBe(true);
  expect(isShorter("log", days(365), days(730))).toBe(false);
  expect(isShorter("log", { rule: "ever", days: "" }, days(365))).toBe(true);
  expect(isShorter("log", days(365), { rule: "ever", days: "" })).toBe(false);
  expect(isShorter("log", days(365), days(3))).toBe(false);
});
