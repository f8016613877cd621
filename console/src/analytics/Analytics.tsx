import { useIsFetching, useQuery, useQueryClient } from "@tanstack/react-query";
import { ChartColumn, Download, Printer, RefreshCw } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "../ui/Button";
import { Page } from "../ui/Page";
import { Empty, Failed, Skeleton } from "../ui/States";
import { useNow } from "../ui/Time";
import { useWords } from "../words";
import { fullTime, timeZone } from "../words/times";
import { ALL, backlogOf, isNarrowed, overviewOf, seriesOf, type Asked, type Narrowed } from "./asked";
import { BacklogCard } from "./BacklogCard";
import { Cards } from "./Cards";
import { countOf, daysOf, problemOf, today, type Chosen } from "./days";
import { DaysPicker } from "./DaysPicker";
import { ExportFigures } from "./ExportFigures";
import { Groups } from "./Groups";
import { NarrowBar } from "./NarrowBar";
import { SeriesCharts } from "./SeriesCharts";
import css from "./Analytics.module.css";

const KEPT_AT = "hub.analytics";

interface Kept {
  chosen: Chosen;
  narrowed: Narrowed;
}

/** How many tickets, how old, how quickly: for any days, and any tickets that a list could show. */
export default function Analytics() {
  const { t } = useWords();
  const [isExporting, setIsExporting] = useState(false);
  const [{ chosen, narrowed }, setKept] = useState<Kept>(kept);
  const keep = (change: Partial<Kept>) => {
    const next = { chosen, narrowed, ...change };
    sessionStorage.setItem(KEPT_AT, JSON.stringify(next));
    setKept(next);
  };
  const zone = timeZone();
  const present = today(zone, useNow());
  const days = daysOf(chosen, present);
  const problem = problemOf(days, present);
  return (
    <div className={css.around}>
      <Page
        title={t("analytics.title")}
        about={t("analytics.about")}
        does={
          <>
            <ReadAgain />
            <IconButton label={t("exporting.figures")} disabled={problem !== null} onClick={() => setIsExporting(true)}>
              <Download size={16} />
            </IconButton>
            <IconButton label={t("analytics.print")} onClick={() => window.print()}>
              <Printer size={16} />
            </IconButton>
          </>
        }
      >
        <div className={css.bars}>
          <DaysPicker
            chosen={chosen}
            days={days}
            present={present}
            problem={problem}
            onChoose={(one) => keep({ chosen: one })}
          />{" "}
          {/* prettier-ignore */}
          <NarrowBar narrowed={narrowed} onNarrow={(one) => keep({ narrowed: one })} />
        </div>
        {problem === null && <Figures asked={{ days, zone, narrowed }} onAll={() => keep({ narrowed: ALL })} />}
        {isExporting && <ExportFigures asked={{ days, zone, narrowed }} onClose={() => setIsExporting(false)} />}
      </Page>
    </div>
  );
}

/** What was looked at last in this tab. */
function kept(): Kept {
  const usual: Kept = { chosen: { span: 30 }, narrowed: ALL };
  try {
    return { ...usual, ...(JSON.parse(sessionStorage.getItem(KEPT_AT) ?? "{}") as Partial<Kept>) };
  } catch {
    return usual;
  }
}

function ReadAgain() {
  const { t } = useWords();
  const cache = useQueryClient();
  const isReading = useIsFetching({ queryKey: ["analytics"] }) > 0;
  return (
    <IconButton
      label={t("analytics.readAgain")}
      aria-busy={isReading || undefined}
      onClick={() => void cache.invalidateQueries({ queryKey: ["analytics"] })}
    >
      <RefreshCw size={16} className={isReading ? css.turning : undefined} />
    </IconButton>
  );
}

function Figures({ asked, onAll }: { asked: Asked; onAll: () => void }) {
  const { t } = useWords();
  const overview = useQuery(overviewOf(asked));
  const series = useQuery(seriesOf(asked));
  const backlog = useQuery(backlogOf(asked.narrowed));
  const failed = [overview, series, backlog].find((one) => one.isError);
  if (failed) {
    return <Failed error={failed.error} onAgain={() => [overview, series, backlog].forEach((one) => void one.refetch())} />; // prettier-ignore
  }
  if (!overview.data || !series.data || !backlog.data) return <Skeleton lines={10} />;
  const { data, before } = overview.data;
  const isNothing = [data, before].every((one) => one.created + one.resolved + one.cancelled + one.open === 0);
  if (isNothing) {
    return (
      <Empty icon={ChartColumn} title={t("analytics.nothing")}>
        <p>{t("analytics.nothingAbout")}</p>
        {isNarrowed(asked.narrowed) && <Button onClick={onAll}>{t("analytics.allTickets")}</Button>}
      </Empty>
    );
  }
  const isOld = [overview, series, backlog].some((one) => one.isPlaceholderData);
  return (
    <div className={css.figures} aria-busy={isOld || undefined}>
      <p className={css.printed}>
        {asked.days.from} – {asked.days.to}
      </p>
      <Cards now={data} before={before} days={countOf(asked.days)} />
      <SeriesCharts periods={series.data.data} interval={series.data.meta.interval} />
      <BacklogCard backlog={backlog.data} />
      <Groups asked={asked} />
      <p className={css.stand}>
        {t("analytics.stand", { at: fullTime(backlog.data.at), zone: overview.data.meta.timeZone })}{" "}
        {t("analytics.defined")}
      </p>
    </div>
  );
}
