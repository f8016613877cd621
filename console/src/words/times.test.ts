import { describe, expect, it } from "vitest";
import { localeOf } from "./index";
import { durationParts } from "./times";

const told = (seconds: number) => durationParts(seconds).map(([count, unit]) => `${count} ${unit}`).join(", "); // prettier-ignore

describe("a duration", () => {
  it("is told in its two greatest units", () => {
    expect(told(0)).toBe("0 second");
    expect(told(59.4)).toBe("59 second");
    expect(told(60)).toBe("1 minute");
    expect(told(125)).toBe("2 minute, 5 second");
    expect(told(3599)).toBe("1 hour");
    expect(told(3600 * 5 + 61)).toBe("5 hour, 1 minute");
    expect(told(86_400 * 2 + 3600 * 3 + 59)).toBe("2 day, 3 hour");
    expect(told(86_399)).toBe("1 day");
  });

  it("never has sixty of a unit, or twenty-four hours", () => {
    const wrong = Array.from({ length: 4000 }, (_, at) => at * 97).filter((seconds) =>
      durationParts(seconds).some(([count, unit]) => count >= { second: 60, minute: 60, hour: 24, day: 99 }[unit]),
    );
    expect(wrong).toEqual([]);
  });
});

describe("a language", () => {
  it("is written as where one lives, if the browser says where", () => {
    expect(localeOf("en", ["de-DE", "en-GB", "en-US"])).toBe("en-GB");
    expect(localeOf("ar", ["en-GB"])).toBe("ar");
  });
});
