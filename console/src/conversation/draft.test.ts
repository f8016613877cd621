import { describe, expect, it } from "vitest";
import { isDirty, next, shouldRead, shouldSave, toKeep, UNKNOWN, type Draft, type OnHub, type Step } from "./draft";

const onHub = (version: number, content: string): OnHub => ({ id: "d1", version, content });
const run = (steps: Step[], from: Draft = UNKNOWN): Draft => steps.reduce(next, from);
const opened = (hub: OnHub | null = null): Step => ({ is: "opened", onHub: hub, kept: null });
const typed = (text: string): Step => ({ is: "typed", text });

describe("a draft", () => {
  it("shows what the hub has, and there is nothing to save", () => {
    const draft = run([opened(onHub(3, "Hello"))]);
    expect([draft.text, shouldSave(draft), toKeep(draft)]).toEqual(["Hello", false, null]);
  });

  it("is saved when it was typed on, and kept on this device until then", () => {
    const draft = run([opened(onHub(3, "Hello")), typed("Hello U")]);
    expect([shouldSave(draft), toKeep(draft)]).toEqual([true, { text: "Hello U", base: 3 }]);
    const saved = run([{ is: "saving" }, { is: "saved", onHub: onHub(4, "Hello U") }], draft);
    expect([shouldSave(saved), toKeep(saved)]).toEqual([false, null]);
  });

  it("is saved once at a time; what was typed meanwhile is saved after it", () => {
    const draft = run([opened(), typed("a"), { is: "saving" }, typed("ab")]);
    expect(shouldSave(draft)).toBe(false);
    expect(shouldSave(run([{ is: "saved", onHub: onHub(1, "a") }], draft))).toBe(true);
  });

  it("is not saved before it is known what there is, and what was typed until then stays", () => {
    const draft = run([typed("quick")]);
    expect(shouldSave(draft)).toBe(false);
    expect(run([opened()], draft).text).toBe("quick");
  });

  it("that is nothing but spaces is nothing", () => {
    expect(isDirty(run([opened(), typed("  ")]))).toBe(false);
    expect(isDirty(run([opened(onHub(1, "a")), typed("  ")]))).toBe(true);
  });

  it("keeps its text where the hub is away, and is saved when it is back", () => {
    const draft = run([opened(), typed("a"), { is: "saving" }, { is: "stuck" }]);
    expect([draft.text, draft.isStuck, shouldSave(draft)]).toEqual(["a", true, true]);
  });
});

describe("what this device kept", () => {
  it("goes on where the hub's draft is still the one that it grew from", () => {
    const draft = run([{ is: "opened", onHub: onHub(3, "Hello"), kept: { text: "Hello U", base: 3 } }]);
    expect([draft.text, draft.offered, shouldSave(draft)]).toEqual(["Hello U", null, true]);
  });

  it("stands beside another device's newer one, and the writer chooses", () => {
    const newer = onHub(5, "Dear Uma");
    const draft = run([{ is: "opened", onHub: newer, kept: { text: "Hello U", base: 3 } }]);
    expect([draft.text, draft.offered, shouldSave(draft)]).toEqual(["Hello U", newer, false]);
    expect(toKeep(draft)).toEqual({ text: "Hello U", base: 3 });
    expect(run([{ is: "took" }], draft)).toMatchObject({ text: "Dear Uma", saved: newer, offered: null });
    const mine = run([{ is: "keptMine" }], draft);
    expect([mine.text, mine.saved, shouldSave(mine)]).toEqual(["Hello U", newer, true]);
  });

  it("is asked about where the draft was sent elsewhere meanwhile", () => {
    const draft = run([{ is: "opened", onHub: null, kept: { text: "Hello U", base: 3 } }]);
    expect(draft.offered).toBe("gone");
    expect(run([{ is: "took" }], draft).text).toBe("");
    expect(shouldSave(run([{ is: "keptMine" }], draft))).toBe(true);
  });

  it("is nothing to ask about where it says the same, or nothing", () => {
    expect(run([{ is: "opened", onHub: onHub(5, "same"), kept: { text: "same", base: 3 } }]).offered).toBe(null);
    expect(run([{ is: "opened", onHub: onHub(5, "theirs"), kept: { text: " ", base: 3 } }]).text).toBe("theirs");
  });
});

describe("another device", () => {
  const open = run([opened(onHub(3, "Hello"))]);

  it("is followed quietly where nothing was typed here", () => {
    const heard = run([{ is: "heard", version: 4 }], open);
    expect(shouldRead(heard)).toBe(true);
    const found = run([{ is: "found", onHub: onHub(4, "Hello Uma") }], heard);
    expect([found.text, shouldRead(found)]).toEqual(["Hello Uma", false]);
    expect(run([{ is: "found", onHub: null }], found).text).toBe("");
  });

  it("is offered where something was typed here too", () => {
    const typedOn = run([typed("Hello!"), { is: "saving" }], open);
    const draft = run([{ is: "refused", current: onHub(4, "Dear Uma") }], typedOn);
    expect([draft.text, draft.offered]).toEqual(["Hello!", onHub(4, "Dear Uma")]);
    expect(run([{ is: "refused", current: null }], typedOn).offered).toBe("gone");
  });

  it("is not meant where it was we who saved", () => {
    const steps: Step[] = [typed("Hi"), { is: "saving" }, { is: "heard", version: 4 }];
    const draft = run([...steps, { is: "saved", onHub: onHub(4, "Hi") }], open);
    expect(shouldRead(draft)).toBe(false);
  });
});

describe("a draft that was sent", () => {
  it("is empty, and the next begins without one on the hub", () => {
    const draft = run([{ is: "emptied" }, typed("Next")], run([opened(onHub(3, "Hello"))]));
    expect([draft.text, draft.saved, shouldSave(draft)]).toEqual(["Next", null, true]);
  });

  it("stays empty when a save of it is answered late", () => {
    const sent = run([
      opened(),
      typed("Hi"),
      { is: "saving" },
      { is: "emptied" },
      { is: "saved", onHub: onHub(1, "Hi") },
    ]);
    expect([sent.text, sent.saved, shouldSave(sent)]).toEqual(["", null, false]);
  });

  it("comes back whole when sending is undone, before what was typed since", () => {
    const saved = onHub(3, "Hello");
    const draft = run([opened(saved), { is: "emptied" }, typed("PS"), { is: "restored", text: "Hello", saved }]);
    expect([draft.text, draft.saved]).toEqual(["Hello\n\nPS", saved]);
  });
});
