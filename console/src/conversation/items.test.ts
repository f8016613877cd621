import { describe, expect, it } from "vitest";
import { forRequester, itemsOf, unread } from "./items";
import { aComment, anActivity, aTicket } from "./samples";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();

describe("a conversation", () => {
  it("begins with the description, whatever else there is", () => {
    const items = itemsOf(aTicket({ description: "It broke." }));
    expect(items.map((item) => item.is)).toEqual(["description"]);
  });

  it("has comments and changes in the log's order, where a comment was written before it was told", () => {
    const comment = aComment({ id: "c1", createdAt: at(1) });
    const detail = aTicket({
      comments: [comment],
      activities: [
        anActivity({ id: "e3", seq: 3, type: "comment.added", occurredAt: at(5), data: { comment } }),
        anActivity({ id: "e2", seq: 2, occurredAt: at(5), changes: { status: ["open", "pending"] } }),
      ],
    });
    expect(itemsOf(detail).map((item) => item.is)).toEqual(["description", "changes", "comment"]);
  });

  it("tells in one line what one person changed in one go", () => {
    const detail = aTicket({
      activities: [
        anActivity({ id: "e4", seq: 4, occurredAt: at(9), changes: { status: ["pending", "resolved"] } }),
        anActivity({ id: "e3", seq: 3, occurredAt: at(5), changes: { priority: ["low", "high"] } }),
        anActivity({ id: "e2", seq: 2, occurredAt: at(5), changes: { status: ["open", "pending"] } }),
      ],
    });
    const [, line] = itemsOf(detail);
    expect(line?.is === "changes" && line.changes).toEqual([
      ["status", "open", "resolved"],
      ["priority", "low", "high"],
    ]);
  });

  it("does not tell what went there and back, nor what nobody reads", () => {
    const detail = aTicket({
      activities: [
        anActivity({ id: "e4", seq: 4, occurredAt: at(9), changes: { metadata: [{}, { a: 1 }] } }),
        anActivity({ id: "e3", seq: 3, occurredAt: at(6), changes: { status: ["pending", "open"] } }),
        anActivity({ id: "e2", seq: 2, occurredAt: at(5), changes: { status: ["open", "pending"] } }),
      ],
    });
    expect(itemsOf(detail)).toHaveLength(1);
  });

  it("takes what was read of earlier in, once", () => {
    const comment = aComment({ id: "c1", createdAt: at(1) });
    const older = aComment({ id: "c0", createdAt: at(0) });
    const items = itemsOf(aTicket({ comments: [comment] }), { comments: [older, comment], activities: [] });
    expect(items.map((item) => item.id)).toEqual(["t1", "c0", "c1"]);
  });
});

describe("what requesters are shown", () => {
  it("is not how the desk sorts its work", () => {
    const detail = aTicket({
      activities: [
        anActivity({ id: "e3", seq: 3, changes: { tags: [[], ["vip"]] }, actor: { id: "bob", name: "Bob" } }),
        anActivity({ id: "e2", seq: 2, changes: { tags: [[], ["a"]], status: ["open", "pending"] } }),
      ],
    });
    const lines = forRequester(itemsOf(detail)).flatMap((item) => (item.is === "changes" ? [item.changes] : []));
    expect(lines).toEqual([[["status", "open", "pending"]]]);
  });
});

describe("what is unread", () => {
  const comment = aComment({ id: "c1", authorId: "uma" });
  const note = aComment({ id: "c2", authorId: "ada", isInternal: true });
  const items = itemsOf(
    aTicket({
      comments: [comment, note],
      activities: [
        anActivity({ id: "e7", seq: 7, type: "comment.added", data: { comment: note } }),
        anActivity({ id: "e6", seq: 6, type: "comment.added", data: { comment } }),
      ],
    }),
  );

  it("are other people's comments; a reply is answered as of the moment before the first of them", () => {
    expect(unread(items, "me", new Set())).toEqual({ count: 2, before: 5 });
  });

  it("are not one's own, nor those that were seen", () => {
    expect(unread(items, "uma", new Set())).toEqual({ count: 1, before: null });
    expect(unread(items, "me", new Set(["c1", "c2"]))).toEqual({ count: 0, before: null });
  });
});
