import { describe, expect, it } from "vitest";
import { linkify } from "./linkify";

const addresses = (text: string) => linkify(text).flatMap((part) => (part.href ? [part.text] : []));

describe("addresses in people's text", () => {
  it("are found, and the text around them stays as it was", () => {
    const text = "See https://acme.example/a?b=1#c for more.\nThanks";
    expect(addresses(text)).toEqual(["https://acme.example/a?b=1#c"]);
    expect(linkify(text).map((part) => part.text).join("")).toBe(text); // prettier-ignore
  });

  it("do not take what ends the sentence with them", () => {
    expect(addresses("Is it https://acme.example/login?")).toEqual(["https://acme.example/login"]);
    expect(addresses("(see https://acme.example/a).")).toEqual(["https://acme.example/a"]);
    expect(addresses("https://en.wikipedia.org/wiki/Rust_(song)")).toEqual([
      "https://en.wikipedia.org/wiki/Rust_(song)",
    ]);
  });

  it("are http and https only", () => {
    expect(addresses("javascript:alert(1) data:text/html,x ftp://a.example file:///etc")).toEqual([]);
    expect(addresses("https://")).toEqual([]);
  });

  it("is one part where there is none", () => {
    expect(linkify("plain")).toEqual([{ text: "plain" }]);
    expect(linkify("")).toEqual([]);
  });
});
