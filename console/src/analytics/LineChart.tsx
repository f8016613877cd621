import { useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { namedSteps, pathOf, stepAt, type Scale } from "./scale";
import css from "./Chart.module.css";

export interface Line {
  name: string;
  /** One a step; null where there is none. */
  values: readonly (number | null)[];
  /** A form each, not a colour alone. */
  look: "solid" | "dashed" | "area";
  tone: "blue" | "green" | "accent" | "amber";
}

interface Props {
  label: string;
  /** What each step is called: short below the chart, whole when one stays on it. */
  steps: readonly { short: string; whole: string }[];
  lines: readonly Line[];
  scale: Scale;
  format: (value: number) => string;
}

const HEIGHT = 190;
const TOP = 8;
const BELOW = 22;
const BESIDE = 46;
const END = 10;
const NAME_ROOM = 68;

/** Lines over time. With the mouse or the arrow keys one goes from step to step and hears or reads each. */
export function LineChart({ label, steps, lines, scale, format }: Props) {
  const [box, width] = useWidth();
  const [at, setAt] = useState<number | null>(null);
  const isRtl = document.documentElement.dir === "rtl";
  const inner = Math.max(1, width - BESIDE - END);
  const along = (place: number) => (isRtl ? width - place : place);
  const x = (step: number) => along(BESIDE + ((step + 0.5) / steps.length) * inner);
  const y = (value: number) => TOP + (1 - value / scale.top) * (HEIGHT - TOP - BELOW);
  const shown = at === null ? null : Math.min(at, steps.length - 1);
  const says = (step: number) =>
    [steps[step]?.whole, ...lines.map((line) => `${line.name}: ${told(line.values[step], format)}`)].join(", ");

  const follow = (event: PointerEvent<HTMLDivElement>) => {
    const rect = event.currentTarget.getBoundingClientRect();
    const place = isRtl ? rect.right - event.clientX : event.clientX - rect.left;
    setAt(stepAt((place - BESIDE) / inner, steps.length));
  };
  const onKey = (event: KeyboardEvent) => {
    const last = steps.length - 1;
    const forward = isRtl ? "ArrowLeft" : "ArrowRight";
    const back = isRtl ? "ArrowRight" : "ArrowLeft";
    const next = { [forward]: (shown ?? -1) + 1, [back]: (shown ?? last + 1) - 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") return setAt(null);
    if (next === undefined) return;
    setAt(Math.min(last, Math.max(0, next)));
    event.preventDefault();
  };

  return (
    <div className={css.plot}>
      <ul className={css.legend}>
        <li className={css.step}>{shown === null ? "" : steps[shown]?.whole}</li>
        {lines.map((line) => (
          <li key={line.name}>
            <svg width="22" height="10" aria-hidden className={css[line.tone]}>
              <path d="M1 5H21" className={css[line.look]} />
            </svg>
            {line.name}
            {shown !== null && <b>{told(line.values[shown], format)}</b>}
          </li>
        ))}
      </ul>
      <div
        ref={box}
        className={css.canvas}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={1}
        aria-valuemax={steps.length}
        aria-valuenow={(shown ?? steps.length - 1) + 1}
        aria-valuetext={says(shown ?? steps.length - 1)}
        onPointerMove={follow}
        onPointerDown={follow}
        onPointerLeave={() => setAt(null)}
        onBlur={() => setAt(null)}
        onKeyDown={onKey}
      >
        <svg viewBox={`0 0 ${width} ${HEIGHT}`} height={HEIGHT} aria-hidden>
          {scale.marks.map((mark) => (
            <g key={mark}>
              <line x1={along(BESIDE)} x2={along(width - END)} y1={y(mark)} y2={y(mark)} className={css.mark} />
              <text x={along(BESIDE - 8)} y={y(mark) + 4} textAnchor={isRtl ? "start" : "end"}>
                {format(mark)}
              </text>
            </g>
          ))}
          {namedSteps(steps.length, inner, NAME_ROOM).map((step) => (
            <text key={step} x={x(step)} y={HEIGHT - 5} textAnchor="middle">
              {steps[step]?.short}
            </text>
          ))}
          {shown !== null && <line x1={x(shown)} x2={x(shown)} y1={TOP} y2={HEIGHT - BELOW} className={css.here} />}
          {lines.map((line) => {
            const points = line.values.map((value, step) => (value === null ? null : ([x(step), y(value)] as const)));
            const last = points.length - 1;
            return (
              <g key={line.name} className={css[line.tone]}>
                {line.look === "area" && (
                  <path className={css.under} d={`${pathOf(points)}L${x(last)} ${y(0)}L${x(0)} ${y(0)}Z`} />
                )}
                <path d={pathOf(points)} className={css[line.look]} />
                {shown !== null && points[shown] && <circle cx={points[shown][0]} cy={points[shown][1]} r="4" />}
              </g>
            );
          })}
        </svg>
      </div>
    </div>
  );
}

function told(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? "–" : format(value);
}

/** How wide there is room, in pixels: text keeps its size at any width. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  useLayoutEffect(() => {
    const node = box.current;
    if (!node) return undefined;
    const measure = () => setWidth(Math.max(200, Math.round(node.clientWidth)));
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(node);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}
