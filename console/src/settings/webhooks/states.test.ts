import { expect, test } from "vitest";
import { standing } from "./states";

const fine = { isActive: true, pausedReason: null, failingSince: null };

test("An endpoint that answers is active", () => {
  expect(standing(fine)).toBe("active");
});

test("One that fails is failing as long as it is tried", () => {
  expect(standing({ ...fine, failingSince: "2026-11-01T00:00:00Z" })).toBe("failing");
});

test("Paused by hand is another thing than given up, and than gone", () => {
  expect(standing({ ...fine, isActive: false })).toBe("paused");
  expect(standing({ isActive: false, pausedReason: "failing", failingSince: "2026-11-01T00:00:00Z" })).toBe("given_up");
  expect(standing({ isActive: false, pausedReason: "gone", failingSince: null })).toBe("gone");
});
