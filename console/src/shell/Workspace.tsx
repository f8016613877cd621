import { lazy, Suspense, useRef, useState } from "react";
import { Route, Switch, useLocation } from "wouter";
import { NewTicket } from "../ticket/NewTicket";
import { Queue } from "../queue/Queue";
import { TicketPage } from "../ticket/TicketPage";
import { part } from "../api/parts";
import { useExportTold } from "../exporting/telling";
import { useNewVersion } from "../live/newVersion";
import { useNotifying } from "../live/notifying";
import { useMe } from "../session/context";
import { useShortcuts } from "../ui/keys";
import { useTakeNext } from "../ticket/useTakeNext";
import { Boundary } from "../ui/Boundary";
import { Skeleton } from "../ui/States";
import { useWords } from "../words";
import { LineBadge } from "./LineBadge";
import { NothingHere } from "./NothingHere";
import { Palette } from "./Palette";
import { ShortcutsHelp } from "./ShortcutsHelp";
import { Sidebar } from "./Sidebar";
import css from "./Workspace.module.css";

const Settings = lazy(() => part(() => import("../settings/Settings")));
const Analytics = lazy(() => part(() => import("../analytics/Analytics")));
const Notifications = lazy(() => part(() => import("../notifications/Notifications")));

/** Where agents and admins are: the side, the queue, and beside it the open ticket. */
export default function Workspace() {
  const { t } = useWords();
  const me = useMe();
  const [path, go] = useLocation();
  useNotifying(go, useExportTold());
  useNewVersion();
  const [shows, setShows] = useState<"palette" | "help" | "new" | null>(null);
  const main = useRef<HTMLElement>(null);
  const [list, setList] = useState("/");
  const ticketId = /^\/tickets\/([^/]+)/.exec(path)?.[1] ?? null;
  const isList = path === "/" || path.startsWith("/views/") || path.startsWith("/search") || ticketId !== null;
  if (isList && ticketId === null && path !== list) setList(path);

  const takeNext = useTakeNext(go);
  useShortcuts([
    { keys: "mod+k", does: t("shell.does.palette"), run: () => setShows("palette") },
    { keys: "?", does: t("shell.does.help"), run: () => setShows("help") },
    { keys: "c", does: t("shell.does.newTicket"), run: () => setShows("new") },
    { keys: "t", does: t("shell.does.next"), run: takeNext },
    { keys: "g q", does: t("shell.does.home"), run: () => go("/") },
    { keys: "g n", does: t("shell.does.notifications"), run: () => go("/notifications") },
    { keys: "g a", does: t("shell.does.analytics"), run: () => go("/analytics") },
    { keys: "g s", does: t("shell.does.settings"), run: () => go("/settings") },
  ]);

  return (
    <div className={css.workspace}>
      <a className={css.skip} href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        {t("shell.skip")}
      </a>
      <Sidebar onNew={() => setShows("new")} onPalette={() => setShows("palette")} onHelp={() => setShows("help")} />
      <main id="main" ref={main} tabIndex={-1} className={`${css.main} ${ticketId !== null ? css.withTicket : ""}`}>
        {isList && (
          <div className={css.list}>
            <Boundary of={list}>
              <Queue path={ticketId === null ? path : list} openTicketId={ticketId} badge={<LineBadge />} />
            </Boundary>
          </div>
        )}
        {ticketId !== null && (
          <Boundary of={ticketId}>
            <TicketPage key={ticketId} id={ticketId} onClose={() => go(list)} badge={<LineBadge />} />
          </Boundary>
        )}
        {!isList && (
          <div className={`${css.page} scroll`}>
            <Boundary of={path}>
              <Suspense fallback={<Skeleton />}>
                <Switch>
                  <Route path="/notifications">
                    <Notifications />
                  </Route>
                  <Route path="/analytics">
                    <Analytics />
                  </Route>
                  <Route path="/settings/*?">
                    <Settings isAdmin={me.role === "ADMIN"} />
                  </Route>
                  <Route>
                    <NothingHere />
                  </Route>
                </Switch>
              </Suspense>
            </Boundary>
          </div>
        )}
      </main>
      {shows === "palette" && <Palette onClose={() => setShows(null)} onNew={() => setShows("new")} />}
      {shows === "help" && <ShortcutsHelp onClose={() => setShows(null)} />}
      {shows === "new" && <NewTicket onClose={() => setShows(null)} />}
    </div>
  );
}
