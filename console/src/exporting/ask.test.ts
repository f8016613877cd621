import { expect, test } from "vitest";
import { separatorFor, shareOf } from "./ask";

test("how far it is, is known once its rows were counted", () => {
  expect(shareOf({ status: "waiting", rowsDone: 0, rowsExpected: null })).toBeNull();
  expect(shareOf({ status: "running", rowsDone: 250, rowsExpected: 1000 })).toBe(0.25);
  expect(shareOf({ status: "running", rowsDone: 1200, rowsExpected: 1000 })).toBe(1);
  expect(shareOf({ status: "done", rowsDone: 0, rowsExpected: 0 })).toBe(1);
});

test("semicolons where a comma stands before decimals", () => {
  expect(separatorFor("en-US")).toBe("comma");
  expect(separatorFor("de-DE")).toBe("semicolon");
});
