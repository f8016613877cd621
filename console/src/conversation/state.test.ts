import { describe, expect, it } from "vitest";
import { aComment, aTicket } from "./samples";
import { after, withTicket, type Happened, type TicketState } from "./state";

const told = (seq: number, type: string, data: Record<string, unknown>): Happened => ({
  seq,
  event: { id: `e${seq}`, type, occurredAt: "2026-01-01T12:00:01.000Z", actor: null, data },
});
const state = (detail = aTicket()): TicketState => ({ detail, seq: 10 });

describe("a ticket that is told of", () => {
  it("gets its comment and what happened, and stands at that number of the log", () => {
    const next = after(state(), told(11, "comment.added", { comment: aComment() }));
    expect(next.detail.comments.map((one) => one.id)).toEqual(["c1"]);
    expect(next.detail.activities.map((one) => one.id)).toEqual(["e11"]);
    expect(next.seq).toBe(11);
  });

  it("does not change where it knows it already", () => {
    const known = state();
    expect(after(known, told(10, "comment.added", { comment: aComment() }))).toBe(known);
  });

  it("shows a comment's newest text once", () => {
    const first = after(state(), told(11, "comment.added", { comment: aComment() }));
    const edited = aComment({ version: 2, content: "Hello again" });
    const next = after(first, told(12, "comment.updated", { comment: edited }));
    expect(next.detail.comments).toEqual([edited]);
  });

  it("loses a deleted comment with its files", () => {
    const detail = aTicket({ comments: [aComment()], attachments: [{ id: "a1", commentId: "c1" } as never] });
    const next = after(state(detail), told(11, "comment.deleted", { commentId: "c1" }));
    expect([next.detail.comments, next.detail.attachments]).toEqual([[], []]);
  });

  it("never goes back to an older version of itself", () => {
    const detail = aTicket({ version: 5, title: "New" });
    expect(withTicket(detail, aTicket({ version: 4, title: "Old" })).title).toBe("New");
    expect(withTicket(detail, aTicket({ version: 6, title: "Newer" })).title).toBe("Newer");
  });
});
