import { useQuery } from "@tanstack/react-query";
import { Download, Inbox, SearchX, TriangleAlert } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { listViews, type View } from "../live/views";
import { ExportTickets } from "../exporting/ExportTickets";
import { Button, IconButton } from "../ui/Button";
import { useShortcuts } from "../ui/keys";
import { Empty, Skeleton } from "../ui/States";
import { useWords } from "../words";
import { number } from "../words/times";
import { arrange, moved } from "./arrange";
import { asQuery, isNarrowed, type Asked, type Filter } from "./asked";
import { BulkBar, type BulkHandle } from "./BulkBar";
import { isColumn, type ColumnName } from "./columns";
import { FilterBar } from "./FilterBar";
import { usePeopleAtTickets } from "./people";
import { useIsRead } from "./reading";
import { SaveView } from "./SaveView";
import { useSelection } from "./selection";
import { Table } from "./Table";
import { useFresh } from "./fresh";
import { useLiveList, type Ticket } from "./useLiveList";
import css from "./Queue.module.css";

const USUAL: readonly ColumnName[] = ["number", "title", "status", "priority", "requester", "assignedTo", "lastActivityAt"]; // prettier-ignore

interface Props {
  /** `/`, `/views/<id>` or `/search/<text>`. */
  path: string;
  openTicketId: string | null;
  /** The state of the connection. */
  badge: ReactNode;
}

/** A live list of tickets: a saved view, or what a search finds. */
export function Queue({ path, openTicketId, badge }: Props) {
  const { t } = useWords();
  const views = useQuery(listViews);
  const searched = /^\/search\/(.*)$/.exec(path)?.[1];
  const viewId = /^\/views\/([^/]+)/.exec(path)?.[1];
  const view = searched === undefined ? (viewId ? views.data?.find((one) => one.id === viewId) : views.data?.[0]) : undefined; // prettier-ignore
  if (searched === undefined && !view) {
    if (views.isPending || views.isError) return <Skeleton lines={14} />;
    return (
      <Empty icon={SearchX} title={t("shell.nothingHere")} isPage>
        <a href="#/">{t("shell.goHome")}</a>
      </Empty>
    );
  }
  return (
    <List
      key={view?.id ?? `search ${searched ?? ""}`}
      view={view ?? null}
      text={searched === undefined ? "" : decoded(searched)}
      {...{ openTicketId, badge }}
    />
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface ListProps {
  view: View | null;
  text: string;
  openTicketId: string | null;
  badge: ReactNode;
}

function List({ view, text, openTicketId, badge }: ListProps) {
  const { t } = useWords();
  const [, go] = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  const search = useRef<{ focus: () => void }>(null);
  const bulk = useRef<BulkHandle>(null);
  const [filter, setFilter] = useState<Filter>(text ? { q: text } : {});
  const [order, setOrder] = useState<Pick<Asked, "sortBy" | "sortOrder"> | null>(null);
  const [columns, setColumns] = useState(() => view?.columns.filter(isColumn) ?? USUAL);
  const [at, setAt] = useState<string | null>(openTicketId);
  if (openTicketId !== null && openTicketId !== at) setAt(openTicketId); // who closes it goes on from there
  const [isSaving, setIsSaving] = useState(false);
  const [isExporting, setIsExporting] = useState(false);
  const asked = useMemo<Asked>(
    () => ({
      viewId: view?.id ?? null,
      filter,
      sortBy: order?.sortBy ?? view?.sortBy ?? "updatedAt",
      sortOrder: order?.sortOrder ?? view?.sortOrder ?? "desc",
    }),
    [view, filter, order],
  );
  const list = useLiveList("list", asked);
  const people = usePeopleAtTickets();
  const isRead = useIsRead(scroller);
  const selection = useSelection();
  const { rows, gone, waiting, isBehind, settle } = useArranged(list.rows, isRead || selection.size > 0, asked);
  const fresh = useFresh(list.rows, list.isLoading, asked);
  const name = view?.name ?? (text ? t("queue.results", { text }) : t("queue.allTickets"));
  const standing = useRef(rows);
  useEffect(() => {
    standing.current = rows;
  }, [rows]);
  const { toggle } = selection;
  const select = useCallback(
    (id: string, isRange: boolean) => toggle(id, isRange ? standing.current : undefined),
    [toggle],
  );
  const selected = rows.filter((row) => selection.has(row.id));

  const stood = useRef(-1);
  useEffect(() => {
    const place = rows.findIndex((row) => row.id === at);
    if (place >= 0) stood.current = place;
  }, [rows, at]);
  const move = (step: number) => {
    const next = moved(rows, at, step, at === null ? -1 : stood.current);
    setAt(next);
    // Enter then opens the row one has moved to, not the one that was clicked before.
    if (scroller.current?.contains(document.activeElement)) (document.activeElement as HTMLElement).blur();
    if (next && openTicketId !== null) go(`/tickets/${next}`);
  };
  const onAt = (then: (id: string) => void) => () => at !== null && then(at);
  const change = (what: "status" | "priority" | "assign") => () => {
    if (selection.size === 0 && at !== null) selection.toggle(at);
    // The bar comes with the selection.
    requestAnimationFrame(() => bulk.current?.open(what));
  };
  // The open ticket knows the rest of them itself.
  const alone = [
    { keys: "o", does: t("queue.does.open"), run: onAt((id) => go(`/tickets/${id}`)) },
    { keys: "Enter", does: t("queue.does.open"), run: onAt((id) => go(`/tickets/${id}`)) },
    { keys: "r", does: t("queue.does.reply"), run: onAt((id) => go(`/tickets/${id}/reply`)) },
    { keys: "n", does: t("queue.does.note"), run: onAt((id) => go(`/tickets/${id}/note`)) },
    { keys: "a", does: t("queue.does.assign"), run: change("assign") },
    { keys: "s", does: t("queue.does.status"), run: change("status") },
    { keys: "p", does: t("queue.does.priority"), run: change("priority") },
    { keys: "Escape", does: t("queue.does.clear"), run: () => selection.clear() },
  ];
  useShortcuts([
    { keys: "j", does: t("queue.does.next"), run: () => move(1) },
    { keys: "k", does: t("queue.does.previous"), run: () => move(-1) },
    { keys: "ArrowDown", does: t("queue.does.next"), run: () => move(1) },
    { keys: "ArrowUp", does: t("queue.does.previous"), run: () => move(-1) },
    { keys: "x", does: t("queue.does.select"), run: onAt((id) => selection.toggle(id)) },
    { keys: "mod+a", does: t("queue.does.selectAll"), run: () => selection.all(rows) },
    { keys: "/", does: t("queue.does.search"), run: () => search.current?.focus() },
    { keys: ".", does: t("queue.does.latest"), run: settle },
    ...(openTicketId === null ? alone : []),
  ]);
  const sort = (sortBy: Asked["sortBy"]) =>
    setOrder({ sortBy, sortOrder: asked.sortBy === sortBy && asked.sortOrder === "asc" ? "desc" : "asc" });
  const shown = `${number(list.count)}${list.isCapped ? "+" : ""}`;

  return (
    <>
      <header className={css.bar}>
        <h1 className="clip">{name}</h1>
        {!list.isLoading && <span className="faint">{t("queue.count", { count: list.count, shown })}</span>}
        <span className="grow" />
        {openTicketId === null && badge}
      </header>
      <div className={css.bar}>
        <FilterBar {...{ filter, columns, search }} onFilter={setFilter} onColumns={setColumns} />
        {(isNarrowed(filter) || order !== null) && (
          <Button onClick={() => setIsSaving(true)}>{t("queue.saveView")}</Button>
        )}
        <IconButton label={t("exporting.tickets")} onClick={() => setIsExporting(true)}>
          <Download size={16} />
        </IconButton>
      </div>
      <div className={css.body}>
        {isBehind && (
          <Button className={css.news ?? ""} onClick={() => (settle(), scroller.current?.scrollTo({ top: 0 }))}>
            {waiting > 0 ? t("queue.waiting", { count: waiting }) : t("queue.moved")} · {t("queue.show")}
          </Button>
        )}
        <div ref={scroller} className={`${css.scroller} scroll`} tabIndex={-1}>
          <Table
            {...{ name, rows, columns, asked, at, gone, fresh, people, scroller }}
            count={list.count}
            openId={openTicketId}
            selected={selection.ids}
            onSelect={select}
            onSelectAll={() => selection.all(rows)}
            onSort={sort}
            onEnd={list.more}
          />
          {list.refused !== null && (
            <Empty icon={TriangleAlert} title={t("queue.refused")}>
              <p role="alert">{list.refused}</p>
            </Empty>
          )}
          {list.isLoading && <Skeleton lines={14} />}
          {!list.isLoading && list.refused === null && rows.length === 0 && (
            <Nothing isNarrowed={isNarrowed(filter)} onClear={() => setFilter({})} />
          )}
          {list.hasMore && rows.length > 0 && <p className={css.more}>{t("queue.loadingMore")}</p>}
        </div>
      </div>
      {selection.size > 0 && (
        <BulkBar
          {...{ asked, selected }}
          count={list.count}
          isWhole={selection.isWhole}
          onWhole={selection.whole}
          onClear={selection.clear}
          handle={bulk}
        />
      )}
      {isExporting && (
        <ExportTickets
          {...{ name, columns }}
          shown={t("queue.count", { count: list.count, shown })}
          tickets={asQuery(asked)}
          onClose={() => setIsExporting(false)}
        />
      )}
      {isSaving && <SaveView {...{ asked, columns }} onClose={() => setIsSaving(false)} />}
    </>
  );
}

function Nothing({ isNarrowed: narrowed, onClear }: { isNarrowed: boolean; onClear: () => void }) {
  const { t } = useWords();
  return (
    <Empty icon={narrowed ? SearchX : Inbox} title={narrowed ? t("queue.emptyNarrowed") : t("queue.empty")}>
      <p>{narrowed ? t("queue.emptyNarrowedHint") : t("queue.emptyHint")}</p>
      {narrowed && <Button onClick={onClear}>{t("queue.clear")}</Button>}
    </Empty>
  );
}

/** The rows as they stand; `settle` lets them stand as they are now. */
function useArranged(live: readonly Ticket[], isHeld: boolean, asked: Asked) {
  const [stood, setStood] = useState<{ rows: readonly Ticket[]; asked: Asked }>({ rows: [], asked });
  const arranged = arrange(stood.asked === asked ? stood.rows : [], live, isHeld);
  const isSame =
    stood.asked === asked &&
    stood.rows.length === arranged.rows.length &&
    stood.rows.every((row, place) => row.id === arranged.rows[place]?.id); // what they say is read from the live ones
  if (!isSame) setStood({ rows: arranged.rows, asked });
  const settle = useCallback(() => setStood({ rows: [], asked }), [asked]);
  return { ...arranged, settle };
}
