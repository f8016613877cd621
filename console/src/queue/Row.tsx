import { memo, type MouseEvent } from "react";
import { Avatar } from "../ui/Avatar";
import { Deadline } from "../ui/Deadline";
import { PriorityMark, StatusMark, Tag } from "../ui/Marks";
import { Time } from "../ui/Time";
import { useWords } from "../words";
import { cell, type ColumnName } from "./columns";
import type { Ticket } from "./useLiveList";
import css from "./Queue.module.css";

interface Props {
  ticket: Ticket;
  columns: readonly ColumnName[];
  /** From the list's top, in pixels. */
  top: number;
  place: number;
  isCompact: boolean;
  isAt: boolean;
  isOpen: boolean;
  isSelected: boolean;
  isGone: boolean;
  isNew: boolean;
  /** Who is at it now. */
  people: readonly string[];
  onSelect: (id: string, isRange: boolean) => void;
}

/** One ticket; drawn again only when something about it is another. */
export const Row = memo(function Row(props: Props) {
  const { ticket, columns, isCompact } = props;
  const { t } = useWords();
  const names = [css.row, isCompact && css.compact, props.isAt && css.at, props.isOpen && css.open, props.isGone && css.gone, props.isNew && css.fresh]; // prettier-ignore
  const select = (event: MouseEvent) => props.onSelect(ticket.id, event.shiftKey);
  return (
    <div
      role="row"
      aria-rowindex={props.place + 2}
      aria-selected={props.isSelected}
      className={names.filter(Boolean).join(" ")}
      style={{ transform: `translateY(${props.top}px)` }}
      data-ticket={ticket.id}
    >
      <span role="cell" className={css.check}>
        <input
          type="checkbox"
          aria-label={t("queue.select", { title: ticket.title })}
          checked={props.isSelected}
          onClick={select}
          onChange={() => undefined}
        />
      </span>
      {isCompact ? (
        <span role="cell" className={css.card}>
          <Title ticket={ticket} isOpen={props.isOpen} isGone={props.isGone} people={props.people} />
          <span className={css.second}>
            <StatusMark status={ticket.status} />
            <PriorityMark priority={ticket.priority} />
            {ticket.sla?.dueAt && <Deadline sla={ticket.sla} />}
            <span className="grow" />
            <Avatar name={ticket.assignedTo?.name ?? null} />
            <Time at={ticket.lastActivityAt} className="faint" />
          </span>
        </span>
      ) : (
        columns.map((name) =>
          name === "title" ? (
            <span role="cell" key={name} className={css.cell}>
              <Title ticket={ticket} isOpen={props.isOpen} isGone={props.isGone} people={props.people} />
              {!columns.includes("tags") && ticket.tags.slice(0, 3).map((tag) => <Tag key={tag} name={tag} />)}
            </span>
          ) : (
            <span role="cell" key={name} className={css.cell}>
              {cell(name, ticket, { nobody: t("ui.unassigned") })}
            </span>
          ),
        )
      )}
    </div>
  );
});

function Title({ ticket, isOpen, isGone, people }: Pick<Props, "ticket" | "isOpen" | "isGone" | "people">) {
  const { t } = useWords();
  return (
    <>
      <a
        href={`#/tickets/${ticket.id}`}
        className={`${css.title} clip`}
        aria-current={isOpen ? "true" : undefined}
        title={ticket.title}
        dir="auto"
      >
        {ticket.title}
      </a>
      {isGone && <span className={css.leaving}>{t("queue.left")}</span>}
      {people.length > 0 && (
        <span className={css.people} title={t("queue.here", { names: people.join(", ") })}>
          <span className="sr-only">{t("queue.here", { names: people.join(", ") })}</span>
          {people.slice(0, 3).map((name) => (
            <Avatar key={name} name={name} size={18} />
          ))}
        </span>
      )}
    </>
  );
}
