import css from "./Avatar.module.css";

/** The first letters of the first and the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return ends.map((word) => [...(word ?? "")][0] ?? "").join("").toUpperCase(); // prettier-ignore
}

/** One hue a name, the same everywhere. */
export function hue(name: string): number {
  return [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0) * 47) % 360, 25);
}

/** Somebody's letters; a dashed ring where there is nobody. */
export function Avatar({ name, size = 20 }: { name: string | null; size?: number }) {
  const style = { width: size, height: size, fontSize: size * 0.42 };
  if (name === null) return <span className={`${css.avatar} ${css.nobody}`} style={style} aria-hidden />;
  // Drawn, not written: the letters are no part of what a button with it is called.
  const drawn = { ...style, ["--hue" as string]: hue(name) };
  return <span className={`${css.avatar} ${css.letters}`} data-letters={initials(name)} style={drawn} aria-hidden />;
}

export function PersonName({ name, nobody }: { name: string | null | undefined; nobody: string }) {
  return (
    <>
      <Avatar name={name ?? null} />
      <span className={name ? "clip" : "clip faint"}>{name ?? nobody}</span>
    </>
  );
}
