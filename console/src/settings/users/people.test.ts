import { expect, test } from "vitest";
import { standing } from "./people";

const there = { email: "ada@acme.example", isActive: true, invitedAt: null, emailConfirmed: true };

test("Somebody who signed in with a confirmed address is active", () => {
  expect(standing(there)).toBe("active");
});

test("Who has not accepted the invitation yet is invited, whatever their address", () => {
  expect(standing({ ...there, invitedAt: "2026-11-01T00:00:00Z", emailConfirmed: false })).toBe("invited");
});

test("Deactivated counts more than anything else", () => {
  expect(standing({ ...there, isActive: false, invitedAt: "2026-11-01T00:00:00Z", emailConfirmed: false })).toBe(
    "inactive",
  );
});

test("Who was erased is nobody, and nothing else", () => {
  expect(standing({ ...there, email: "erased-01930f2a@erased.invalid", isActive: false })).toBe("erased");
});

test("An address that nobody confirmed is said", () => {
  expect(standing({ ...there, emailConfirmed: false })).toBe("unconfirmed");
});
