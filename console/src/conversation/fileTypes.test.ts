import { expect, it } from "vitest";
import { typeOf } from "./fileTypes";

it("is what the browser says, without what stands behind it", () => {
  expect(typeOf("a.txt", "text/plain;charset=utf-8")).toBe("text/plain");
});
it("is what the ending says where the browser knows none", () => {
  expect(typeOf("server.LOG", "")).toBe("text/plain");
  expect(typeOf("what", "")).toBe("application/octet-stream");
});
it("has one name where browsers have two", () => {
  expect(typeOf("a.zip", "application/x-zip-compressed")).toBe("application/zip");
});
