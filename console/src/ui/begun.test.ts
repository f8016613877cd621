import { expect, test } from "vitest";
import { differing, isWorthSaving, understood, withoutSecrets } from "./begun";

const DESK = { name: "Acme", isOpen: true, events: ["*"], slug: null as string | null };

test("kept is what is another than it was", () => {
  expect(differing(DESK, { ...DESK })).toEqual({});
  expect(differing(DESK, { ...DESK, name: "Acme Ltd", events: ["*"] })).toEqual({ name: "Acme Ltd" });
  expect(differing(DESK, { ...DESK, isOpen: false, events: [] })).toEqual({ isOpen: false, events: [] });
});

test("blanks around a text are nothing to save, but stay while one types", () => {
  expect(differing(DESK, { ...DESK, name: "Acme " })).toEqual({ name: "Acme " });
  expect(isWorthSaving(DESK, { name: "Acme " })).toBe(false);
  expect(isWorthSaving(DESK, { name: "Acme B" })).toBe(true);
  expect(isWorthSaving(DESK, {})).toBe(false);
});

test("secrets are not kept", () => {
  expect(withoutSecrets({ name: "Acme", password: "hunter22" }, ["password"])).toEqual({ name: "Acme" });
});

test("of what an older form kept, that is taken which still fits", () => {
  expect(understood(null, DESK)).toEqual({});
  expect(understood('{"name": 7, "gone": "x", "isOpen": false, "slug": "acme"}', DESK)).toEqual({
    isOpen: false,
    slug: "acme",
  });
  expect(understood('{"events": "*"}', DESK)).toEqual({});
  expect(understood("[1]", DESK)).toEqual({});
  expect(understood("null", DESK)).toEqual({});
});
