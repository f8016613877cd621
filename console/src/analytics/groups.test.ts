import { describe, expect, it } from "vitest";
import type { Group } from "./asked";
import { searchFor, sorted, valueOf } from "./groups";

const none = { count: 0, median: null, p90: null };
const group = (key: string, open: number, median: number | null): Group => ({
  key,
  name: key,
  created: 0,
  resolved: 0,
  cancelled: 0,
  reopened: 0,
  open,
  unanswered: 0,
  firstResponse: { ...none, median },
  resolution: none,
});
const all = [group("a", 2, null), group("b", 5, 60), group("c", 1, 30)];
const keys = (groups: readonly Group[]) => groups.map((one) => one.key).join("");

describe("rows of groups", () => {
  it("stand as they came, until somebody sorts them", () => {
    expect(keys(sorted(all, null))).toBe("abc");
    expect(keys(sorted(all, { column: "open", descending: true }))).toBe("bac");
    expect(keys(sorted(all, { column: "open", descending: false }))).toBe("cab");
  });

  it("without a value stand at the end either way", () => {
    expect(keys(sorted(all, { column: "firstResponse", descending: true }))).toBe("bca");
    expect(keys(sorted(all, { column: "firstResponse", descending: false }))).toBe("cba");
    expect(valueOf(group("d", 3, 7), "open")).toBe(3);
  });

  it("lead to their tickets where that can be said", () => {
    expect(searchFor("agent", null)).toBe("assignee:none");
    expect(searchFor("tag", "a b")).toBe('tag:"a b"');
    expect(searchFor("tag", 'a"b')).toBeNull();
    expect(searchFor("team", "x")).toBeNull();
    expect(searchFor("priority", "high")).toBe("priority:high");
  });
});
