import { describe, expect, it } from "vitest";
import { asInput, asValue } from "./fieldValues";

describe("values of fields", () => {
  it("are saved as their kind, and nothing as null", () => {
    expect(asValue("number", " 2.5 ")).toBe(2.5);
    expect(asValue("number", "many")).toBe("many");
    expect(asValue("text", " 5 ")).toBe("5");
    expect(asValue("date", "")).toBeNull();
  });

  it("stand in the box as they are", () => {
    expect([asInput(0), asInput("a"), asInput(null), asInput(undefined)]).toEqual(["0", "a", "", ""]);
  });
});
