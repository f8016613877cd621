/** Where things stand in a chart. Pure. */

export interface Scale {
  /** The highest mark. */
  top: number;
  /** From 0 up to the top. */
  marks: readonly number[];
}

const COUNT_STEPS = [1, 2, 5, 10];
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Durations are read in seconds, minutes, hours and days; beyond these in round numbers of days. */
const DURATION_STEPS = [1, 2, 5, 10, 15, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY]; // prettier-ignore

/** Few round marks over whole numbers. */
export function countScale(most: number, marks = 4): Scale {
  const rough = Math.max(1, most) / marks;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, power * (COUNT_STEPS.find((one) => one * power >= rough) ?? 10));
  return scaleOf(most, step);
}

/** Few marks that are round as clocks are. `most` in seconds. */
export function durationScale(most: number, marks = 4): Scale {
  const rough = Math.max(1, most) / marks;
  const step = DURATION_STEPS.find((one) => one >= rough) ?? countScale(most / DAY, marks).marks[1] ?? 1;
  return scaleOf(most, rough > 5 * DAY ? step * DAY : step);
}

function scaleOf(most: number, step: number): Scale {
  const count = Math.max(1, Math.ceil(most / step));
  return { top: count * step, marks: Array.from({ length: count + 1 }, (_, at) => at * step) };
}

/** Which of so many steps get a name, so that each has `room` of the width: every n-th, from the first. */
export function namedSteps(count: number, width: number, room: number): number[] {
  const every = Math.max(1, Math.ceil((count * room) / Math.max(1, width)));
  return Array.from({ length: count }, (_, at) => at).filter((at) => at % every === 0);
}

/** An SVG path through the points, broken where there is none; a lone point is drawn as a dot (a line of no length). */
export function pathOf(points: readonly (readonly [number, number] | null)[]): string {
  let path = "";
  let isDrawn = false;
  for (const [at, point] of points.entries()) {
    if (point) {
      const [x, y] = point.map((value) => Math.round(value * 10) / 10);
      path += `${isDrawn ? "L" : "M"}${x ?? 0} ${y ?? 0}`;
      if (!isDrawn && !points[at + 1]) path += "h0";
    }
    isDrawn = point !== null;
  }
  return path;
}

/** Which step lies under a place, 0 to 1 of the width; the steps' middles are evenly spread. */
export function stepAt(place: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(place * count)));
}
