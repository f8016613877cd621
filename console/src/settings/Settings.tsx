import { ChevronDown } from "lucide-react";
import { lazy, Suspense, useState, type ComponentType } from "react";
import { Redirect, Route, Switch, useLocation } from "wouter";
import { part } from "../api/parts";
import { Skeleton } from "../ui/States";
import { useWords } from "../words";
import { groupsFor, PAGES, type PageName } from "./pages";
import css from "./Settings.module.css";

interface Asked {
  isAdmin: boolean;
}

const SHOWS: Record<PageName, ComponentType<Asked>> = {
  profile: lazy(() => part(() => import("./profile/ProfilePage"))),
  keys: lazy(() => part(() => import("./keys/KeysPage"))),
  users: lazy(() => part(() => import("./users/UsersPage"))),
  teams: lazy(() => part(() => import("./teams/TeamsPage"))),
  views: lazy(() => part(() => import("./views/ViewsPage"))),
  sla: lazy(() => part(() => import("./sla/SlaPage"))),
  macros: lazy(() => part(() => import("./macros/MacrosPage"))),
  webhooks: lazy(() => part(() => import("./webhooks/WebhooksPage"))),
  mails: lazy(() => part(() => import("./mail/MailsPage"))),
  templates: lazy(() => part(() => import("./mail/TemplatesPage"))),
  desk: lazy(() => part(() => import("./desk/DeskPage"))),
  fields: lazy(() => part(() => import("./fields/FieldsPage"))),
  tags: lazy(() => part(() => import("./tags/TagsPage"))),
  audit: lazy(() => part(() => import("./audit/AuditPage"))),
};

/** One's own settings, and the desk's; each page with an address of its own. */
export default function Settings({ isAdmin }: Asked) {
  const [path] = useLocation();
  const here = PAGES.find((page) => path === `/settings/${page}` || path.startsWith(`/settings/${page}/`));
  return (
    <div className={css.around}>
      <div className={css.settings}>
        <Ways isAdmin={isAdmin} here={here} />
        <div className={css.page}>
          <Suspense fallback={<Skeleton />}>
            <Switch>
              {groupsFor(isAdmin)
                .flatMap((group) => group.pages)
                .map((name) => {
                  const Page = SHOWS[name];
                  return (
                    <Route key={name} path={`/settings/${name}/*?`}>
                      <Page isAdmin={isAdmin} />
                    </Route>
                  );
                })}
              <Route>
                <Redirect to="/settings/profile" replace />
              </Route>
            </Switch>
          </Suspense>
        </div>
      </div>
    </div>
  );
}

/** The way to each page; where there is little room it is folded under the name of the page one is on. */
function Ways({ isAdmin, here }: Asked & { here: PageName | undefined }) {
  const { t } = useWords();
  const [openAt, setOpenAt] = useState<PageName | undefined>();
  const isOpen = here !== undefined && openAt === here;
  return (
    <nav className={css.ways} aria-label={t("settings.title")} data-open={isOpen || undefined}>
      <button
        type="button"
        className={css.fold}
        aria-expanded={isOpen}
        onClick={() => setOpenAt(isOpen ? undefined : here)}
      >
        <span className="faint">{t("settings.title")}</span>
        <strong className="clip grow">{here && t(`settings.pages.${here}`)}</strong>
        <ChevronDown size={16} aria-hidden />
      </button>
      <div className={css.groups}>
        {groupsFor(isAdmin).map((group) => (
          <section key={group.name}>
            <h2>{t(`settings.groups.${group.name}`)}</h2>
            {group.pages.map((name) => (
              <a
                key={name}
                href={`#/settings/${name}`}
                aria-current={name === here ? "page" : undefined}
                onClick={() => setOpenAt(undefined)}
              >
                {t(`settings.pages.${name}`)}
              </a>
            ))}
          </section>
        ))}
      </div>
    </nav>
  );
}
