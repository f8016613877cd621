import { Inbox, PartyPopper } from "lucide-react";
import { useState } from "react";
import type { Ticket } from "../conversation/state";
import { useStream } from "../live/context";
import { useMe } from "../session/context";
import { Button } from "../ui/Button";
import { Problem } from "../ui/Field";
import { StatusMark, type Status } from "../ui/Marks";
import { Empty, Skeleton, useProblem } from "../ui/States";
import { Time } from "../ui/Time";
import { useWords } from "../words";
import { number } from "../words/times";
import css from "./MyTickets.module.css";
import { useOlder } from "./useOlder";

const TABS = {
  open: ["open", "in_progress", "pending"],
  done: ["resolved", "closed", "cancelled"],
} as const satisfies Record<string, readonly Status[]>;
type Tab = keyof typeof TABS;

interface Shown {
  rows: readonly Ticket[];
  count: number;
  isCapped: boolean;
}

/** One's own tickets, as they are now. */
export function MyTickets() {
  const { t } = useWords();
  const me = useMe();
  const [tab, setTab] = useState<Tab>("open");
  const open = useMine("open");
  const done = useMine("done");
  const shown = { open, done }[tab];
  return (
    <div className={css.page}>
      <h1>{t("portal.hello", { name: me.firstName || me.name })}</h1>
      <div role="group" aria-label={t("portal.which")} className={css.tabs}>
        {(["open", "done"] as const).map((one) => (
          <button key={one} type="button" aria-pressed={tab === one} onClick={() => setTab(one)}>
            {t(`portal.tab.${one}`)} <Count shown={{ open, done }[one]} />
          </button>
        ))}
      </div>
      {shown === null ? <Skeleton lines={5} /> : <Rows key={tab} tab={tab} shown={shown} />}
    </div>
  );
}

function Count({ shown }: { shown: Shown | null }) {
  return shown && <span className={css.count}>{number(shown.count) + (shown.isCapped ? "+" : "")}</span>;
}

/** A live view of one's own tickets; null until it is told. */
function useMine(tab: Tab): Shown | null {
  const [shown, setShown] = useState<Shown | null>(null);
  useStream(
    `view:mine-${tab}`,
    (told) => {
      if (told.kind !== "shown") return;
      const { rows, count, isCapped } = told.window;
      setShown({ rows: [...rows] as unknown as Ticket[], count, isCapped });
    },
    { filter: { status: [...TABS[tab]] }, sortBy: "updatedAt", sortOrder: "desc", window: 100 },
  );
  return shown;
}

function Rows({ tab, shown }: { tab: Tab; shown: Shown }) {
  const { t } = useWords();
  const inWords = useProblem();
  const older = useOlder(TABS[tab]);
  const known = new Set(shown.rows.map((one) => one.id));
  const rows = [...shown.rows, ...older.rows.filter((one) => !known.has(one.id))];
  if (rows.length === 0) {
    return (
      <Empty icon={tab === "open" ? PartyPopper : Inbox} title={t(`portal.none.${tab}`)}>
        {tab === "open" && <a href="#/new">{t("portal.noneHint")}</a>}
      </Empty>
    );
  }
  return (
    <>
      <ul className={css.rows}>
        {rows.map((ticket) => (
          <li key={ticket.id}>
            <a href={`#/tickets/${ticket.id}`} className={css.row}>
              <span className={css.title}>
                <bdi>{ticket.title}</bdi>
                <small>
                  #{ticket.number} · {t("portal.changed")} <Time at={ticket.lastActivityAt} />
                </small>
              </span>
              <span className={css.status} data-yours={ticket.status === "pending" || undefined}>
                <StatusMark status={ticket.status} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {rows.length < shown.count && (
        <div className={css.more}>
          <Button busy={older.isLoading} onClick={older.more}>
            {t("portal.more")}
          </Button>
        </div>
      )}
      <Problem>{older.error ? inWords(older.error) : null}</Problem>
    </>
  );
}
