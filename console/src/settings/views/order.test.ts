import { expect, test } from "vitest";
import { moved } from "./order";

const views = [
  { id: "a", position: 1 },
  { id: "b", position: 5 },
  { id: "c", position: 5 },
];
const anything = () => true;

test("Two neighbours change places", () => {
  expect(moved(views, 1, -1, anything)).toEqual([
    { id: "b", position: 1 },
    { id: "a", position: 5 },
  ]);
});

test("A neighbour that may not be changed is passed by", () => {
  expect(moved(views, 1, -1, (id) => id === "b")).toEqual([{ id: "b", position: 0 }]);
});

test("Of two at the same place one steps away", () => {
  expect(moved(views, 1, 1, anything)).toEqual([{ id: "b", position: 6 }]);
});

test("The first does not go up, the last not down", () => {
  expect(moved(views, 0, -1, anything)).toEqual([]);
  expect(moved(views, 2, 1, anything)).toEqual([]);
});
