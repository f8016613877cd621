import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import { useWords } from "../words";
import type { Asked, SortBy } from "./asked";
import { SORTS, widths, type ColumnName } from "./columns";
import { Row } from "./Row";
import type { Ticket } from "./useLiveList";
import css from "./Queue.module.css";

const HEIGHT = 42;
const COMPACT_HEIGHT = 62;
const COMPACT_BELOW = 720;
const NEAR_THE_END = 30;

interface Props {
  name: string;
  rows: readonly Ticket[];
  columns: readonly ColumnName[];
  asked: Asked;
  count: number;
  at: string | null;
  openId: string | null;
  selected: ReadonlySet<string>;
  gone: ReadonlySet<string>;
  fresh: ReadonlySet<string>;
  people: ReadonlyMap<string, readonly string[]>;
  scroller: RefObject<HTMLDivElement | null>;
  onSelect: (id: string, isRange: boolean) => void;
  onSelectAll: () => void;
  onSort: (by: NonNullable<SortBy>) => void;
  onEnd: () => void;
}

/** The rows that can be seen, and a few more; a table to those who hear it. */
export function Table(props: Props) {
  const { rows, scroller, onEnd, at } = props;
  const { t } = useWords();
  const table = useRef<HTMLDivElement>(null);
  const isCompact = useIsNarrow(table);
  const height = isCompact ? COMPACT_HEIGHT : HEIGHT;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: 12,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  useEffect(() => virtual.measure(), [virtual, height]);
  const shown = virtual.getVirtualItems();
  const end = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (end >= rows.length - NEAR_THE_END) onEnd();
  }, [end, rows.length, onEnd]);
  const place = at === null ? -1 : rows.findIndex((row) => row.id === at);
  useEffect(() => {
    if (place >= 0) virtual.scrollToIndex(place, { align: "auto" });
    // Only when one moves: rows that come above are no reason to scroll.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [at, virtual]);

  return (
    <div
      ref={table}
      role="table"
      aria-label={props.name}
      aria-rowcount={props.count + 1}
      className={css.table}
      style={{ ["--columns" as string]: widths(props.columns) }}
    >
      <div role="rowgroup" className={isCompact ? "sr-only" : undefined}>
        <div role="row" aria-rowindex={1} className={css.head}>
          <span role="columnheader" className={css.check}>
            <input
              type="checkbox"
              aria-label={t("queue.selectAll")}
              checked={rows.length > 0 && rows.every((row) => props.selected.has(row.id))}
              onChange={props.onSelectAll}
            />
          </span>
          {props.columns.map((name) => (
            <Head key={name} name={name} asked={props.asked} onSort={props.onSort} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className={css.rows} style={{ height: virtual.getTotalSize() }}>
        {shown.map((item) => {
          const ticket = rows[item.index];
          if (!ticket) return null;
          return (
            <Row
              key={ticket.id}
              ticket={ticket}
              columns={props.columns}
              top={item.start}
              place={item.index}
              isCompact={isCompact}
              isAt={ticket.id === at}
              isOpen={ticket.id === props.openId}
              isSelected={props.selected.has(ticket.id)}
              isGone={props.gone.has(ticket.id)}
              isNew={props.fresh.has(ticket.id)}
              people={props.people.get(ticket.id) ?? NOBODY}
              onSelect={props.onSelect}
            />
          );
        })}
      </div>
    </div>
  );
}

const NOBODY: readonly string[] = [];

function Head({ name, asked, onSort }: { name: ColumnName } & Pick<Props, "asked" | "onSort">) {
  const { t } = useWords();
  const by = SORTS[name];
  const isBy = by !== undefined && asked.sortBy === by;
  const Arrow = asked.sortOrder === "asc" ? ArrowUp : ArrowDown;
  const sorted = isBy ? (asked.sortOrder === "asc" ? "ascending" : "descending") : undefined;
  return (
    <span role="columnheader" aria-sort={sorted} className={css.cell}>
      {by ? (
        <button type="button" onClick={() => onSort(by)} title={t("queue.sortBy", { name: t(`queue.column.${name}`) })}>
          {t(`queue.column.${name}`)}
          {isBy && <Arrow size={12} aria-hidden />}
        </button>
      ) : (
        t(`queue.column.${name}`)
      )}
    </span>
  );
}

/** Is there room for columns? */
function useIsNarrow(table: RefObject<HTMLDivElement | null>): boolean {
  const [isNarrow, setIsNarrow] = useState(false);
  useLayoutEffect(() => {
    const node = table.current;
    if (!node) return undefined;
    const watch = new ResizeObserver(() => setIsNarrow(node.clientWidth < COMPACT_BELOW));
    watch.observe(node);
    return () => watch.disconnect();
  }, [table]);
  return isNarrow;
}
