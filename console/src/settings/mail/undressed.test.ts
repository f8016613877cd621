import { expect, test } from "vitest";
import { undressed } from "./undressed";

test("Styles of elements stand aside", () => {
  expect(undressed(`<p class="a" style="margin:0">Hello <b style='x'>you</b></p>`).html).toBe(
    `<p class="a" data-look="margin:0">Hello <b data-look='x'>you</b></p>`,
  );
});

test("What people wrote is no style", () => {
  expect(undressed(`<p>Write style="margin:0" there</p>`).html).toBe(`<p>Write style="margin:0" there</p>`);
});

test("Style sheets are taken out and kept", () => {
  expect(undressed(`<head><style>a { b: c }</style></head>`)).toEqual({ html: "<head></head>", sheets: "a { b: c }" });
});
