/** Addresses in people's text, as parts that can become links. Only http and https. */

export interface Part {
  text: string;
  href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"'“”„]+/giu;
const AFTERWARDS = /[.,;:!?…*_~]+$/u;
const PAIRS: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** The whole text in parts; those with `href` are addresses. */
export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = parsed(address);
    if (href === null) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index) });
    parts.push({ text: address, href });
    from = match.index + address.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from) });
  return parts;
}

/** Without what ends the sentence, or closes a bracket that was opened before the address. */
function trimmed(address: string): string {
  for (let now = address; ;) {
    const shorter = now.replace(AFTERWARDS, "");
    const last = shorter.at(-1) ?? "";
    const opener = PAIRS[last];
    const isForeign = opener !== undefined && count(shorter, last) > count(shorter, opener);
    const next = isForeign ? shorter.slice(0, -1) : shorter;
    if (next === now) return now;
    now = next;
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

function parsed(address: string): string | null {
  const url = URL.parse(address);
  return url && (url.protocol === "http:" || url.protocol === "https:") && url.hostname ? url.href : null;
}
