/** One draft while somebody types: what stands in the box, what the hub has of it, what this device keeps. Pure. */

export interface OnHub {
  id: string;
  version: number;
  content: string;
}

/** What this device kept of what the hub had not yet; `base` is the version it grew from. */
export interface Kept {
  text: string;
  base: number | null;
}

export interface Draft {
  /** Was it looked up what there is? Before, nothing is saved. */
  isOpen: boolean;
  text: string;
  saved: OnHub | null;
  isSaving: boolean;
  /** Another device's text, where both were changed; "gone": it was sent or thrown away there. */
  offered: OnHub | "gone" | null;
  /** The hub could not be reached, or refused: it is kept here, and tried again. */
  isStuck: boolean;
  /** The newest version that was told of while we were saving. */
  heard: number;
}

export type Step =
  | { is: "opened"; onHub: OnHub | null; kept: Kept | null }
  | { is: "typed"; text: string }
  | { is: "saving" }
  | { is: "saved"; onHub: OnHub | null }
  | { is: "refused"; current: OnHub | null }
  | { is: "stuck" }
  | { is: "heard"; version: number }
  /** What the hub has now, read because somebody told that it is another. */
  | { is: "found"; onHub: OnHub | null }
  | { is: "took" }
  | { is: "keptMine" }
  /** It was sent, or thrown away, from here. */
  | { is: "emptied" }
  /** What was about to be sent comes back into the box; `saved` is the draft that it was. */
  | { is: "restored"; text: string; saved: OnHub | null };

export const UNKNOWN: Draft = {
  isOpen: false,
  text: "",
  saved: null,
  isSaving: false,
  offered: null,
  isStuck: false,
  heard: 0,
};

const isBlank = (text: string) => text.trim() === "";

/** Is there something that the hub does not have? Nothing but spaces is nothing. */
export function isDirty(draft: Draft): boolean {
  const saved = draft.saved?.content ?? "";
  return draft.text !== saved && !(isBlank(draft.text) && isBlank(saved));
}

export function shouldSave(draft: Draft): boolean {
  return draft.isOpen && !draft.isSaving && draft.offered === null && isDirty(draft);
}

/** What this device keeps: every keystroke that the hub does not have. */
export function toKeep(draft: Draft): Kept | null {
  return isDirty(draft) || draft.offered !== null ? { text: draft.text, base: draft.saved?.version ?? null } : null;
}

/** Another device saved while nobody typed here: it may be looked up. */
export function shouldRead(draft: Draft): boolean {
  return draft.isOpen && !draft.isSaving && draft.heard > (draft.saved?.version ?? 0);
}

export function next(draft: Draft, step: Step): Draft {
  switch (step.is) {
    case "opened":
      return opened(draft, step.onHub, step.kept);
    case "typed":
      return { ...draft, text: step.text };
    case "saving":
      return { ...draft, isSaving: true };
    case "saved":
      return !draft.isSaving ? draft : { ...draft, isSaving: false, isStuck: false, saved: step.onHub };
    case "refused":
      return !draft.isSaving ? draft : { ...met(draft, step.current), isSaving: false, isStuck: false };
    case "stuck":
      return !draft.isSaving ? draft : { ...draft, isSaving: false, isStuck: true };
    case "heard":
      return { ...draft, heard: Math.max(draft.heard, step.version) };
    case "found":
      return draft.isSaving ? draft : met(draft, step.onHub);
    case "took": {
      const took = draft.offered === "gone" ? null : draft.offered;
      return { ...draft, text: took?.content ?? "", saved: took, offered: null };
    }
    case "keptMine":
      return { ...draft, saved: draft.offered === "gone" ? null : draft.offered, offered: null };
    case "emptied":
      return { ...UNKNOWN, isOpen: draft.isOpen, heard: draft.heard };
    case "restored": {
      const both = [step.text, draft.text].filter((text) => !isBlank(text));
      return { ...draft, text: both.join("\n\n"), saved: draft.saved ?? step.saved };
    }
  }
}

/** What was typed before we knew, what this device kept, what the hub has: nothing of it is lost. */
function opened(draft: Draft, onHub: OnHub | null, kept: Kept | null): Draft {
  const own = draft.text !== "" ? { text: draft.text, base: kept?.base ?? null } : kept;
  const open: Draft = { ...draft, isOpen: true, heard: Math.max(draft.heard, onHub?.version ?? 0) };
  if (!own || own.text === onHub?.content) return { ...open, text: onHub?.content ?? "", saved: onHub };
  if (own.base === (onHub?.version ?? null)) return { ...open, text: own.text, saved: onHub };
  if (isBlank(own.text)) return { ...open, text: onHub?.content ?? "", saved: onHub };
  // `saved` stays what it grew from, so that what is kept still says so after the next reload.
  return { ...open, text: own.text, saved: grewFrom(own.base), offered: onHub ?? "gone" };
}

function grewFrom(version: number | null): OnHub | null {
  return version === null ? null : { id: "", version, content: "" };
}

/** The hub has another one than we thought. */
function met(draft: Draft, onHub: OnHub | null): Draft {
  const known = { ...draft, heard: onHub?.version ?? draft.saved?.version ?? draft.heard };
  if (onHub && onHub.version === draft.saved?.version) return known;
  if (!isDirty(draft) || onHub?.content === draft.text) {
    return { ...known, text: onHub?.content ?? "", saved: onHub, offered: null };
  }
  if (!onHub && !draft.saved) return { ...known, offered: null };
  return { ...known, offered: onHub ?? "gone" };
}
