import { expect, test } from "vitest";
import { asQuery, EVERYTHING, spanned } from "./filter";

const NOON = Date.parse("2026-11-23T12:00:00Z");

test("days are counted from the moment at which they were chosen", () => {
  expect(spanned(EVERYTHING, "7", NOON)).toEqual({ ...EVERYTHING, span: "7", from: "2026-11-16T12:00:00.000Z" });
  expect(spanned(spanned(EVERYTHING, "7", NOON), "any", NOON)).toEqual(EVERYTHING);
});

test("asked for is what is shown, and no more", () => {
  expect(asQuery(EVERYTHING)).toEqual({ type: null, userId: null, from: null });
  const narrow = spanned({ ...EVERYTHING, area: "access", userId: "one" }, "1", NOON);
  expect(asQuery(narrow)).toEqual({ type: "access", userId: "one", from: "2026-11-22T12:00:00.000Z" });
});
