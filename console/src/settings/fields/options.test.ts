import { describe, expect, it } from "vitest";
import { asText, asWord, fromText } from "./options";

describe("options", () => {
  it("are written one a line and read again", () => {
    const options = [{ value: "emea", label: "Europe = EMEA" }, { value: "us", label: "States" }]; // prettier-ignore
    expect(fromText(asText(options))).toEqual(options);
  });

  it("get a value from their label", () => {
    expect(fromText(" São Paulo \n\n New York")).toEqual([
      { value: "sao-paulo", label: "São Paulo" },
      { value: "new-york", label: "New York" },
    ]);
    expect(asWord("Cost centre 7!", "_")).toBe("cost_centre_7");
  });
});
