import { expect, test } from "vitest";
import { withNew, without, withRead, type Lists, type Notification } from "./told";

const one = (id: string, isRead = false) => ({ id, isRead }) as Notification;
const lists = (...pages: Notification[][]): Lists => ({
  pages: pages.map((data) => ({ data, meta: { hasNextPage: false } })),
  pageParams: pages.map(() => ""),
});
const ids = (of: Lists) => of?.pages.map((page) => page.data.map(({ id, isRead }) => id + (isRead ? " read" : "")));

test("What is new stands in front of the first page", () => {
  expect(ids(withNew(lists([one("b")], [one("a")]), one("c")))).toEqual([["c", "b"], ["a"]]);
});

test("What was told twice stands there once", () => {
  expect(ids(withNew(lists([one("b")], [one("a")]), one("a")))).toEqual([["b"], ["a"]]);
});

test("A list that nobody has read yet stays unread", () => {
  expect(withNew(undefined, one("a"))).toBeUndefined();
});

test("One is read, or all are, and none of them moves", () => {
  expect(ids(withRead(lists([one("b")], [one("a")]), "a"))).toEqual([["b"], ["a read"]]);
  expect(ids(withRead(lists([one("b")], [one("a")]), null))).toEqual([["b read"], ["a read"]]);
});

test("One is taken away", () => {
  expect(ids(without(lists([one("b"), one("a")]), "b"))).toEqual([["a"]]);
});
