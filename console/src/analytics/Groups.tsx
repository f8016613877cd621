import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useId, useState, type ReactNode } from "react";
import { PersonName } from "../ui/Avatar";
import { PRIORITIES, PriorityMark, Tag, type Priority } from "../ui/Marks";
import { Failed, Skeleton } from "../ui/States";
import { useWords } from "../words";
import { duration, number } from "../words/times";
import { BYS, groupsOf, type Asked, type By, type Group } from "./asked";
import { searchFor, sorted, valueOf, type Column, type Order } from "./groups";
import chart from "./Chart.module.css";
import css from "./Analytics.module.css";

const COLUMNS: readonly Column[] = ["created", "resolved", "open", "unanswered", "firstResponse", "resolution"];

/** The range by agent, team, tag or priority. */
export function Groups({ asked }: { asked: Asked }) {
  const { t } = useWords();
  const id = useId();
  const [by, setBy] = useState<By>("agent");
  const groups = useQuery(groupsOf(asked, by));
  // What is kept while something else is read may be of another kind.
  const shown = groups.data?.meta.by === by ? groups.data : undefined;
  return (
    <section className={chart.chart} aria-labelledby={id}>
      <div className={chart.head}>
        <h2 id={id} className="grow">
          {t("analytics.groups")}
        </h2>
        <fieldset className={css.days}>
          <legend className="sr-only">{t("analytics.groups")}</legend>
          {BYS.map((one) => (
            <label key={one} className={css.choice}>
              <input type="radio" name={id} checked={by === one} onChange={() => setBy(one)} />
              <span>{t(`analytics.${one}`)}</span>
            </label>
          ))}
        </fieldset>
      </div>
      {groups.isError ? (
        <Failed error={groups.error} onAgain={() => void groups.refetch()} />
      ) : shown ? (
        <>
          <GroupTable by={by} groups={shown.data} />
          {shown.meta.hasMore && <p className={css.sub}>{t("analytics.more", { count: shown.data.length })}</p>}
        </>
      ) : (
        <Skeleton lines={4} />
      )}
    </section>
  );
}

function GroupTable({ by, groups }: { by: By; groups: readonly Group[] }) {
  const { t } = useWords();
  const [order, setOrder] = useState<Order | null>(null);
  const sort = (column: Column) =>
    setOrder({ column, descending: order?.column === column ? !order.descending : true });
  if (groups.length === 0) return <p className={css.sub}>{t("analytics.nothing")}</p>;
  return (
    <div className={`${css.wide} scroll`} role="region" tabIndex={0} aria-label={t(`analytics.${by}`)}>
      <table className={chart.table}>
        <thead>
          <tr>
            <th scope="col">{t(`analytics.${by}`)}</th>
            {COLUMNS.map((column) => {
              const isIt = order?.column === column;
              const way = isIt ? (order.descending ? "descending" : "ascending") : "none";
              return (
                <th key={column} scope="col" aria-sort={way}>
                  <button type="button" className={css.sort} onClick={() => sort(column)}>
                    {t(`analytics.${column}`)}
                    {isIt &&
                      (order.descending ? <ArrowDown size={12} aria-hidden /> : <ArrowUp size={12} aria-hidden />)}
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted(groups, order).map((group) => (
            <tr key={group.key ?? ""}>
              <th scope="row">
                <GroupName by={by} group={group} />
              </th>
              {COLUMNS.map((column) => (
                <td key={column}>{cell(group, column)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );

  function cell(group: Group, column: Column): ReactNode {
    const value = valueOf(group, column);
    if (value === null) return "–";
    if (column !== "firstResponse" && column !== "resolution") return number(value);
    const p90 = group[column].p90;
    return (
      <>
        {duration(value)} {p90 !== null && <small title={t("analytics.p90")}>{duration(p90)}</small>}
      </>
    );
  }
}

/** Its name, which leads to its tickets where the search language can say which. */
function GroupName({ by, group }: { by: By; group: Group }) {
  const { t } = useWords();
  const search = searchFor(by, group.key);
  const none = { agent: t("analytics.nobody"), team: t("analytics.noTeam"), tag: t("analytics.noTag"), priority: "" };
  const look = () => {
    if (group.key === null) return none[by];
    if (by === "tag") return <Tag name={group.key} />;
    if (by === "priority") return <PriorityMark priority={PRIORITIES.find((one) => one === group.key) as Priority} />;
    return by === "agent" ? (
      <PersonName name={group.name ?? ""} nobody="" />
    ) : (
      <span className="clip">{group.name}</span>
    );
  };
  return search === null ? (
    <span className={css.name}>{look()}</span>
  ) : (
    <a className={css.name} href={`#/search/${encodeURIComponent(search)}`}>
      {look()}
    </a>
  );
}
