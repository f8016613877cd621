/** The options of a field as lines of text: one a line, `value = Label` or only the label. Pure. */
export interface Option {
  value: string;
  label: string;
}

export function asText(options: readonly Option[]): string {
  return options.map(({ value, label }) => `${value} = ${label}`).join("\n");
}

export function fromText(text: string): Option[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const at = line.indexOf("=");
      const label = (at < 0 ? line : line.slice(at + 1)).trim();
      return { value: at < 0 ? asWord(label) : line.slice(0, at).trim(), label };
    });
}

/** A text as a key or an option's value: small letters, digits, and `between` them. */
export function asWord(label: string, between = "-"): string {
  const plain = label.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9]+/g, between).replace(/^[-_]+|[-_]+$/g, "");
}
