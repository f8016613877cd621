import { expect, test } from "vitest";
import { hostsIn, suggested } from "./slugs";

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

test("Hosts are typed in any way, and named once", () => {
  expect(hostsIn(" help.acme.example,\n Support.Acme.example  help.acme.example;")).toEqual([
    "help.acme.example",
    "support.acme.example",
  ]);
  expect(hostsIn(" ,\n")).toEqual([]);
});
