import { expect, test } from "vitest";
import { comesAlong, depth, named, toggled } from "./events";

test("A type brings those below it along, however deep", () => {
  expect(comesAlong(["ticket.updated"], "ticket.closed")).toBe(true);
  expect(comesAlong(["ticket.status_changed"], "ticket.assigned")).toBe(false);
  expect(comesAlong(["*"], "comment.added")).toBe(true);
});

test("Choosing a type forgets the names of those that come along with it", () => {
  expect(toggled(["comment.added", "ticket.closed"], "ticket.updated")).toEqual(["comment.added", "ticket.updated"]);
});

test("Choosing it again takes it away and nothing else", () => {
  expect(toggled(["comment.added", "ticket.updated"], "ticket.updated")).toEqual(["comment.added"]);
});

test("The original service's names become the hub's, once each", () => {
  expect(named(["TICKET_CLOSED", "ticket.closed", "*"])).toEqual(["ticket.closed", "*"]);
});

test("A type stands as deep as there are types above it", () => {
  expect([depth("ticket.created"), depth("ticket.status_changed"), depth("ticket.closed")]).toEqual([0, 1, 2]);
});
