import { ChartLine, Table2 } from "lucide-react";
import { useId, useState } from "react";
import { Button } from "../ui/Button";
import { useWords } from "../words";
import { duration, number } from "../words/times";
import type { Period } from "./asked";
import { LineChart, type Line } from "./LineChart";
import { countScale, durationScale } from "./scale";
import css from "./Chart.module.css";

interface Props {
  title: string;
  about: string;
  periods: readonly Period[];
  /** What a step is called: short, and whole. */
  nameOf: (period: Period) => { short: string; whole: string };
  lines: readonly (Omit<Line, "values"> & { of: (period: Period) => number | null })[];
  kind: "count" | "duration";
}

/** A chart, which is a table too. */
export function Chart({ title, about, periods, nameOf, lines, kind }: Props) {
  const { t } = useWords();
  const id = useId();
  const [isTable, setIsTable] = useState(false);
  const drawn = lines.map((line) => ({ ...line, values: periods.map(line.of) }));
  const steps = periods.map(nameOf);
  const most = Math.max(0, ...drawn.flatMap((line) => line.values.map((value) => value ?? 0)));
  const format = kind === "count" ? number : duration;
  return (
    <figure className={css.chart} aria-labelledby={id}>
      <figcaption className={css.head}>
        <div className="grow">
          <h2 id={id}>{title}</h2>
          <p>{about}</p>
        </div>
        <Button
          look="quiet"
          className={css.toggle}
          aria-pressed={isTable}
          aria-label={t("analytics.asTableOf", { title })}
          onClick={() => setIsTable(!isTable)}
        >
          {isTable ? <ChartLine size={15} aria-hidden /> : <Table2 size={15} aria-hidden />}
          {isTable ? t("analytics.asChart") : t("analytics.asTable")}
        </Button>
      </figcaption>
      {isTable ? (
        <div className={`${css.tableBox} scroll`} role="region" tabIndex={0} aria-label={title}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t("analytics.time")}</th>
                {drawn.map((line) => (
                  <th key={line.name} scope="col">
                    {line.name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {steps.map((step, at) => (
                <tr key={periods[at]?.start}>
                  <th scope="row">{step.whole}</th>
                  {drawn.map((line) => {
                    const value = line.values[at] ?? null;
                    return <td key={line.name}>{value === null ? "–" : format(value)}</td>;
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <LineChart
          label={title}
          steps={steps}
          lines={drawn}
          scale={kind === "count" ? countScale(most) : durationScale(most)}
          format={format}
        />
      )}
    </figure>
  );
}
