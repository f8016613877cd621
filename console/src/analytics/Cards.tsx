import { ArrowDown, ArrowUp, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { useWords } from "../words";
import { duration, number, percent } from "../words/times";
import type { Period } from "./asked";
import { changeOf } from "./change";
import css from "./Analytics.module.css";

interface Props {
  now: Period;
  before: Period;
  days: number;
}

/** The figures of the range, each beside that of as many days before. */
export function Cards({ now, before, days }: Props) {
  const { t } = useWords();
  const times = (one: Period["firstResponse"]) =>
    one.p90 === null ? t("analytics.noneYet") : t("analytics.p90In", { count: one.count, time: duration(one.p90) });
  const share = (one: Period) => (one.resolved > 0 ? (one.reopened / one.resolved) * 100 : null);
  const all: Figure[] = [
    { name: t("analytics.created"), is: now.created, was: before.created, wants: "neither" },
    { name: t("analytics.resolved"), is: now.resolved, was: before.resolved, wants: "up", sub: cancelled() },
    { name: t("analytics.open"), is: now.open, was: before.open, wants: "down", sub: t("analytics.openSub") },
    {
      name: t("analytics.firstResponse"),
      is: now.firstResponse.median,
      was: before.firstResponse.median,
      wants: "down",
      as: duration,
      sub: times(now.firstResponse),
    },
    {
      name: t("analytics.resolution"),
      is: now.resolution.median,
      was: before.resolution.median,
      wants: "down",
      as: duration,
      sub: times(now.resolution),
    },
    {
      name: t("analytics.reopened"),
      is: share(now),
      was: share(before),
      wants: "down",
      as: (value) => percent(Math.round(value), false),
      sub: t("analytics.reopenedSub", { count: now.reopened }),
    },
  ];
  return (
    <ul className={css.cards} aria-label={t("analytics.figures")}>
      {all.map((one) => (
        <Card key={one.name} {...one} days={days} />
      ))}
    </ul>
  );

  function cancelled() {
    return now.cancelled > 0 ? t("analytics.cancelledToo", { count: now.cancelled }) : undefined;
  }
}

interface Figure {
  name: string;
  is: number | null;
  was: number | null;
  wants: "up" | "down" | "neither";
  as?: (value: number) => string;
  sub?: ReactNode;
}

function Way({ way }: { way: "up" | "down" | "same" }) {
  if (way === "same") return <Minus size={13} aria-hidden />;
  return way === "up" ? <ArrowUp size={13} aria-hidden /> : <ArrowDown size={13} aria-hidden />;
}

function Card({ name, is, was, wants, as = number, sub, days }: Figure & { days: number }) {
  const { t } = useWords();
  const change = changeOf(is, was, wants);
  const beside = was === null ? "–" : as(was);
  return (
    <li className={css.card}>
      <h2>{name}</h2>
      <p className={css.figure}>{is === null ? "–" : as(is)}</p>
      <p className={css.change}>
        {change && (
          <b className={css[change.tone]}>
            <Way way={change.way} />
            <span className="sr-only">{t(`analytics.way.${change.way}`)}</span>
            {change.percent !== null && percent(change.percent)}
          </b>
        )}
        <span>{t("analytics.beside", { figure: beside, count: days })}</span>
      </p>
      {sub && <p className={css.sub}>{sub}</p>}
    </li>
  );
}
