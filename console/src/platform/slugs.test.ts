import { expect, test } from "vitest";
import { suggested } from "./slugs";

test("Words become one, in plain letters", () => {
  expect(suggested("Müller & Söhne, Großhandel")).toBe("muller-sohne-grosshandel");
});

test("It neither begins nor ends with a hyphen, nor is it longer than a host's label", () => {
  expect(suggested("  (Acme)  ")).toBe("acme");
  expect(suggested("a".repeat(62) + " b")).toBe("a".repeat(62));
});

test("A name without such letters suggests nothing", () => {
  expect(suggested("العربية")).toBe("");
});
