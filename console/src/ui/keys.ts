/** Keyboard shortcuts: who is there says which keys they know; `?` shows all of them. */
import { useEffect, useEffectEvent } from "react";

export interface Shortcut {
  /** One key, as event.key has it ("j", "?", "Escape"), or two one after the other ("g i"); "mod+k" with Ctrl or ⌘. */
  keys: string;
  /** What it does, for the help. */
  does: string;
  run: () => void;
}

const SECOND_KEY_MS = 1200;
const layers: Shortcut[][] = [];
const ranks = new WeakMap<Shortcut[], number>();
let before = "";
let beforeAt = 0;

/** Does somebody write there? Then letters are text. */
function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName) || isTextInput(target))
  );
}

function isTextInput(target: HTMLElement): boolean {
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(target.type);
}

/** What means the same while somebody writes; all other keys are text there, or change it, as Ctrl A. */
const WHILE_WRITING = new Set(["mod+k", "Escape"]);

/** Enter presses the link or button that has the focus. */
function isPressing(key: string, target: EventTarget | null): boolean {
  return key === "Enter" && target instanceof Element && target.matches("a[href], button, summary, input");
}

/** What was pressed, as shortcuts name it. */
export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string {
  const isMod = event.ctrlKey || event.metaKey;
  return (isMod ? "mod+" : "") + (event.altKey ? "alt+" : "") + (isMod ? event.key.toLowerCase() : event.key);
}

/** The shortcut that these keys mean, the newest layer's first. */
export function meant(all: readonly Shortcut[][], key: string, last: string): Shortcut | undefined {
  const known = [...all].reverse().flat();
  return known.find((one) => one.keys === `${last} ${key}`) ?? known.find((one) => one.keys === key);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  if (document.querySelector(":popover-open") ?? document.querySelector("dialog[open]")) return;
  const key = pressed(event);
  if (isWriting(event.target) && !WHILE_WRITING.has(key)) return;
  if (isPressing(key, event.target)) return;
  const found = meant(layers, key, event.timeStamp - beforeAt < SECOND_KEY_MS ? before : "");
  before = key;
  beforeAt = event.timeStamp;
  if (!found) return;
  event.preventDefault();
  before = "";
  found.run();
}

/**
 * These keys mean something while the component is there. Of several that know the same keys the highest rank wins (an open
 * ticket stands above the list beside it), then the newest.
 */
export function useShortcuts(shortcuts: readonly Shortcut[], rank = 0): void {
  const now = useEffectEvent((keys: string) => shortcuts.find((one) => one.keys === keys)?.run());
  const names = JSON.stringify(shortcuts.map(({ keys, does }) => [keys, does]));
  useEffect(() => {
    const layer = (JSON.parse(names) as [string, string][]).map(([keys, does]) => ({
      keys,
      does,
      run: () => now(keys),
    }));
    if (layers.length === 0) document.addEventListener("keydown", onKey);
    ranks.set(layer, rank);
    layers.splice(layers.findLastIndex((one) => (ranks.get(one) ?? 0) <= rank) + 1, 0, layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) document.removeEventListener("keydown", onKey);
    };
  }, [names, rank]);
}

/** All that are known now, one line each, the newest layer's meaning where two layers know the same keys. */
export function knownShortcuts(): { keys: string; does: string }[] {
  const found = new Map<string, string>();
  for (const layer of layers) for (const { keys, does } of layer) found.set(keys, does);
  return [...found].map(([keys, does]) => ({ keys, does }));
}
