/** Names of desks as hosts know them. Pure. */
const LONGEST = 63;

/** A slug that a name suggests: its letters and digits, with hyphens between the words. */
export function suggested(name: string): string {
  return name
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, "");
}

/** The host names in what somebody typed: one a line, or with commas or blanks between them. */
export function hostsIn(text: string): string[] {
  return [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,;]+/)
        .filter(Boolean),
    ),
  ].sort();
}
