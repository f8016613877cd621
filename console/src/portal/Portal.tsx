/** What requesters see: their own tickets, a new one, and one of them. */
import { CirclePlus, Compass } from "lucide-react";
import { Route, Switch } from "wouter";
import { useNewVersion } from "../live/newVersion";
import { Mark } from "../ui/Mark";
import { Empty } from "../ui/States";
import { useWords } from "../words";
import { Account } from "./Account";
import { LineNote } from "./LineNote";
import { MyTickets } from "./MyTickets";
import { NewRequest } from "./NewRequest";
import { PortalTicket } from "./PortalTicket";
import css from "./Portal.module.css";

export default function Portal() {
  const { t } = useWords();
  useNewVersion();
  return (
    <div className={css.portal}>
      <header className={css.head}>
        <a href="#/" className={css.home} title={t("portal.home")}>
          <Mark />
        </a>
        <span className="grow" />
        <LineNote />
        <a href="#/new" className={css.new}>
          <CirclePlus size={16} aria-hidden /> <span>{t("portal.new")}</span>
        </a>
        <Account />
      </header>
      <main className={css.main}>
        <Switch>
          <Route path="/">
            <MyTickets />
          </Route>
          <Route path="/new">
            <NewRequest />
          </Route>
          <Route path="/tickets/:id/*?">{({ id }) => <PortalTicket key={id} id={id} />}</Route>
          <Route>
            <Empty icon={Compass} title={t("portal.nothingHere")} isPage>
              <a href="#/">{t("portal.home")}</a>
            </Empty>
          </Route>
        </Switch>
      </main>
    </div>
  );
}
