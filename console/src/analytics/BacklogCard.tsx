import type { Schemas } from "../api/client";
import { StatusMark, type Status } from "../ui/Marks";
import { Time } from "../ui/Time";
import { useWords } from "../words";
import { number, percent } from "../words/times";
import chart from "./Chart.module.css";
import css from "./Analytics.module.css";

/** What waits now: how old it is, and what it waits for. */
export function BacklogCard({ backlog }: { backlog: Schemas["Backlog"] }) {
  const { t } = useWords();
  const most = Math.max(1, ...backlog.ages.map((age) => age.count));
  const statuses = Object.entries(backlog.statuses) as [Status, number][];
  const ageName = ({ fromDays, toDays }: Schemas["Age"]) => {
    if (toDays === null) return t("analytics.olderThan", { count: fromDays });
    return fromDays === 0
      ? t("analytics.upTo", { count: toDays })
      : t("analytics.ages", { from: fromDays, to: toDays });
  };
  return (
    <section className={`${chart.chart} ${css.backlog}`} aria-labelledby="backlog">
      <div>
        <h2 id="backlog">{t("analytics.backlog")}</h2>
        <p className={css.figure}>{number(backlog.open)}</p>
        <ul className={css.facts}>
          {statuses.map(([status, count]) => (
            <li key={status}>
              <span className="row">
                <StatusMark status={status} />
              </span>
              <b>{number(count)}</b>
            </li>
          ))}
          <li>
            <span>{t("analytics.unanswered")}</span>
            <b>{number(backlog.unanswered)}</b>
          </li>
          {backlog.oldest && (
            <li>
              <span>{t("analytics.oldest")}</span>
              <b>
                <Time at={backlog.oldest} />
              </b>
            </li>
          )}
        </ul>
      </div>
      <table className={css.bars2}>
        <caption className="sr-only">{t("analytics.backlogAges")}</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">{t("analytics.age")}</th>
            <th scope="col">{t("analytics.tickets")}</th>
            <th scope="col">{t("analytics.share")}</th>
          </tr>
        </thead>
        <tbody>
          {backlog.ages.map((age) => (
            <tr key={age.fromDays}>
              <th scope="row">{ageName(age)}</th>
              <td className={css.length}>
                <i style={{ inlineSize: `${(age.count / most) * 100}%` }} aria-hidden />
                <b>{number(age.count)}</b>
              </td>
              <td className={css.share}>
                {percent(backlog.open > 0 ? Math.round((age.count / backlog.open) * 100) : 0, false)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
