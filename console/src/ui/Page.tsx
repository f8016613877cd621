import { ArrowLeft } from "lucide-react";
import type { ReactNode } from "react";
import css from "./Page.module.css";

interface Props {
  title: ReactNode;
  /** What it is for. */
  about?: ReactNode;
  /** What can be done here. */
  does?: ReactNode;
  /** The way to where one came from. */
  back?: { name: string; href: string };
  children: ReactNode;
}

/** A page with its name and what can be done on it. */
export function Page({ title, about, does, back, children }: Props) {
  return (
    <div className={css.page}>
      {back && (
        <a className={css.back} href={back.href}>
          <ArrowLeft size={14} aria-hidden /> {back.name}
        </a>
      )}
      <header className={css.head}>
        <div className="grow">
          <h1>{title}</h1>
          {about && <p>{about}</p>}
        </div>
        {does && <div className={css.does}>{does}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a page that stands for itself. */
export function Section({ title, about, does, children }: Omit<Props, "back">) {
  return (
    <section className={css.section}>
      <header className={css.head}>
        <div className="grow">
          <h2>{title}</h2>
          {about && <p>{about}</p>}
        </div>
        {does && <div className={css.does}>{does}</div>}
      </header>
      {children}
    </section>
  );
}

/** Filters over a list. */
export function Bar({ children }: { children: ReactNode }) {
  return <div className={css.bar}>{children}</div>;
}

/** Names of facts and the facts. */
export function Facts({ all }: { all: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={css.facts}>
      {all.map(([name, shows]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{shows}</dd>
        </div>
      ))}
    </dl>
  );
}
