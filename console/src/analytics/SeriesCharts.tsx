import { useWords } from "../words";
import { clock, month, shortDay, weekday } from "../words/times";
import type { Interval, Period } from "./asked";
import { Chart } from "./Chart";
import css from "./Analytics.module.css";

/** The range step by step. */
export function SeriesCharts({ periods, interval }: { periods: readonly Period[]; interval: Interval }) {
  const { t } = useWords();
  const nameOf = ({ start }: Period) => {
    switch (interval) {
      case "hour":
        return { short: clock(start), whole: `${weekday(start)}, ${clock(start)}` };
      case "day":
        return { short: shortDay(start), whole: weekday(start) };
      case "week":
        return { short: shortDay(start), whole: t("analytics.weekOf", { day: weekday(start) }) };
      default:
        return { short: month(start), whole: month(start) };
    }
  };
  const common = { periods, nameOf };
  const [median, p90] = [t("analytics.median"), t("analytics.p90")];
  return (
    <div className={css.charts}>
      <Chart
        {...common}
        title={t("analytics.createdAndResolved")}
        about={t(`analytics.by.${interval}`)}
        kind="count"
        lines={[
          { name: t("analytics.created"), look: "solid", tone: "blue", of: (one) => one.created },
          { name: t("analytics.resolved"), look: "dashed", tone: "green", of: (one) => one.resolved },
        ]}
      />
      <Chart
        {...common}
        title={t("analytics.open")}
        about={t("analytics.openAbout")}
        kind="count"
        lines={[{ name: t("analytics.open"), look: "area", tone: "accent", of: (one) => one.open }]}
      />
      <Chart
        {...common}
        title={t("analytics.firstResponse")}
        about={t("analytics.firstResponseAbout")}
        kind="duration"
        lines={[
          { name: median, look: "solid", tone: "blue", of: (one) => one.firstResponse.median },
          { name: p90, look: "dashed", tone: "amber", of: (one) => one.firstResponse.p90 },
        ]}
      />
      <Chart
        {...common}
        title={t("analytics.resolution")}
        about={t("analytics.resolutionAbout")}
        kind="duration"
        lines={[
          { name: median, look: "solid", tone: "green", of: (one) => one.resolution.median },
          { name: p90, look: "dashed", tone: "amber", of: (one) => one.resolution.p90 },
        ]}
      />
    </div>
  );
}
