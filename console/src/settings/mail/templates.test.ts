import { expect, test } from "vitest";
import { inserted } from "./templates";

test("A placeholder comes to where the cursor is", () => {
  expect(inserted("Hello !", 6, 6, "recipient.name")).toEqual({ text: "Hello {{ recipient.name }}!", at: 26 });
});

test("It takes the place of what is marked", () => {
  expect(inserted("Hello you", 6, 9, "desk.name").text).toBe("Hello {{ desk.name }}");
});
