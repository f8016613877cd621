import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Bell, ChartColumn, CircleHelp, Menu as Bars, Plus, Search, Settings as Gear, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { useStream } from "../live/context";
import { notificationsUnread } from "../live/unread";
import { listViews, type View } from "../live/views";
import { Account } from "../ui/Account";
import { Button, IconButton } from "../ui/Button";
import { Mark } from "../ui/Mark";
import { useWords } from "../words";
import { number } from "../words/times";
import css from "./Sidebar.module.css";

interface Props {
  onNew: () => void;
  onPalette: () => void;
  onHelp: () => void;
}

const MOST_COUNTED = 30;
const DESK_CHANGES = new Set(["view.created", "view.updated", "view.deleted"]);

/** The way to everything; folded away on a phone. */
export function Sidebar({ onNew, onPalette, onHelp }: Props) {
  const { t } = useWords();
  const [path] = useLocation();
  const [openAt, setOpenAt] = useState<string | null>(null);
  const isOpen = openAt === path;
  const unread = useQuery(notificationsUnread).data ?? 0;
  return (
    <nav className={css.side} aria-label={t("shell.menu")} data-open={isOpen || undefined}>
      <div className={css.head}>
        <Mark />
        <span className={css.bars}>
          <IconButton label={t("shell.menu")} aria-expanded={isOpen} onClick={() => setOpenAt(isOpen ? null : path)}>
            {isOpen ? <X size={18} /> : <Bars size={18} />}
          </IconButton>
        </span>
      </div>
      <div className={css.body}>
        <div className={css.does}>
          <Button onClick={onNew} title="c">
            <Plus size={15} aria-hidden /> {t("shell.newTicket")}
          </Button>
          <IconButton label={t("shell.palette")} onClick={onPalette}>
            <Search size={16} />
          </IconButton>
        </div>
        <Views />
        <div className={css.rest}>
          <Way
            to="/notifications"
            icon={<Bell size={16} />}
            name={unread > 0 ? t("shell.notificationsUnread", { count: unread }) : t("shell.notifications")}
            count={unread > 0 ? number(unread) : null}
            shown={t("shell.notifications")}
            isLoud
          />
          <Way to="/analytics" icon={<ChartColumn size={16} />} name={t("shell.analytics")} />
          <Way to="/settings" icon={<Gear size={16} />} name={t("shell.settings")} />
          <button type="button" className={css.way} onClick={onHelp}>
            <CircleHelp size={16} aria-hidden /> <span className="clip grow">{t("shell.shortcuts")}</span>
            <kbd>?</kbd>
          </button>
          <div className={css.account}>
            <Account />
          </div>
        </div>
      </div>
    </nav>
  );
}

/** Saved views with how many tickets stand in each, counted live. */
function Views() {
  const { t } = useWords();
  const cache = useQueryClient();
  const views = useQuery(listViews);
  useStream("desk", (told) => {
    const isChange = told.kind === "happened" && DESK_CHANGES.has(told.event.type);
    if (isChange || told.kind === "reset" || (told.kind === "began" && !told.resumed)) {
      void cache.invalidateQueries({ queryKey: listViews.queryKey });
    }
  });
  return (
    <section className={`${css.views} scroll`} aria-label={t("shell.views")}>
      <h2>{t("shell.views")}</h2>
      {views.data?.map((view, index) => (
        <ViewWay key={view.id} view={view} isCounted={index < MOST_COUNTED} isHome={index === 0} />
      ))}
    </section>
  );
}

function ViewWay({ view, isCounted, isHome }: { view: View; isCounted: boolean; isHome: boolean }) {
  const [count, setCount] = useState<{ count: number; isCapped: boolean } | null>(null);
  useStream(
    isCounted ? `view:count-${view.id}` : null,
    (told) => {
      if (told.kind === "shown") setCount({ count: told.window.count, isCapped: told.window.isCapped });
    },
    { viewId: view.id, window: 0 },
  );
  const text = count && `${number(count.count)}${count.isCapped ? "+" : ""}`;
  return <Way to={`/views/${view.id}`} name={view.name} count={text} isHome={isHome} />;
}

interface WayProps {
  to: string;
  icon?: ReactNode;
  name: string;
  /** What is seen, where `name` is what is said. */
  shown?: string;
  count?: string | null;
  isHome?: boolean;
  isLoud?: boolean;
}

function Way({ to, icon, name, shown, count = null, isHome = false, isLoud = false }: WayProps) {
  const [path] = useLocation();
  const isHere = path === to || path.startsWith(`${to}/`) || (isHome && path === "/");
  return (
    <a
      href={`#${to}`}
      className={css.way}
      aria-current={isHere ? "page" : undefined}
      aria-label={shown === undefined ? undefined : name}
    >
      {icon}
      <span className="clip grow">{shown ?? name}</span>
      {count !== null && <span className={isLoud ? css.loud : css.count}>{count}</span>}
    </a>
  );
}
