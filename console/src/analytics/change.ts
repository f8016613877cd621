/** How a figure stands beside the one before. Pure. */

export interface Change {
  /** Of the figure before, in hundredths; null where there was none to compare with. */
  percent: number | null;
  way: "up" | "down" | "same";
  /** Is that what one would like to see? `plain` where it is neither. */
  tone: "good" | "bad" | "plain";
}

/** `wants`: which way is better. */
export function changeOf(now: number | null, before: number | null, wants: "up" | "down" | "neither"): Change | null {
  if (now === null || before === null) return null;
  const way = now > before ? "up" : now < before ? "down" : "same";
  const percent = before === 0 ? null : Math.round(((now - before) / before) * 100);
  const isPlain = way === "same" || wants === "neither" || percent === 0;
  return { percent, way, tone: isPlain ? "plain" : way === wants ? "good" : "bad" };
}
