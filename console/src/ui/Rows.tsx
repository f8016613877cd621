/** Rows of things with the same facts: columns where there is room, one under the other where there is not. */
import type { CSSProperties, ReactNode } from "react";
import css from "./Rows.module.css";

interface RowsProps {
  /** What they are, for those who hear it. */
  label: string;
  /** What the facts are called; the first is the thing itself. */
  heads: readonly string[];
  /** How wide the facts are, as CSS has it; `auto` where left out. */
  widths?: readonly string[];
  children: ReactNode;
}

export function Rows({ label, heads, widths = [], children }: RowsProps) {
  const facts = heads.slice(1).map((_, at) => widths[at] ?? "auto");
  const columns = ["minmax(0, 1fr)", ...facts, "auto"].join(" ");
  return (
    <div className={css.around}>
      <ul className={css.rows} aria-label={label} style={{ "--columns": columns } as CSSProperties}>
        <li className={css.heads} aria-hidden>
          {heads.map((head) => (
            <span key={head}>{head}</span>
          ))}
          <span />
        </li>
        {children}
      </ul>
    </div>
  );
}

export interface Fact {
  name: string;
  shows: ReactNode;
}

interface RowProps {
  look?: ReactNode;
  title: ReactNode;
  /** Where the title leads. */
  href?: string;
  sub?: ReactNode;
  facts?: readonly Fact[];
  /** What can be done with it. */
  end?: ReactNode;
  isFaint?: boolean;
}

export function Row({ look, title, href, sub, facts = [], end, isFaint = false }: RowProps) {
  return (
    <li className={`${css.row} ${isFaint ? css.isFaint : ""}`}>
      <div className={css.main}>
        {look}
        <div className={css.names}>
          {href === undefined ? (
            <span className={css.title}>
              <bdi>{title}</bdi>
            </span>
          ) : (
            <a className={css.title} href={href}>
              <bdi>{title}</bdi>
            </a>
          )}
          {sub && <span className={css.sub}>{sub}</span>}
        </div>
      </div>
      <div className={css.facts}>
        {facts.map((fact) => (
          <div key={fact.name} className={css.fact}>
            <span className={css.name}>{fact.name}</span>
            {fact.shows}
          </div>
        ))}
      </div>
      <div className={css.end}>{end}</div>
    </li>
  );
}
