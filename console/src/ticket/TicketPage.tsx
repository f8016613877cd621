/** One ticket for those who work on it: what was said, what it is, and the box to answer in. */
import { Trash2, Zap } from "lucide-react";
import { useMemo, useRef, useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import { Refusal } from "../api/client";
import { Composer } from "../conversation/Composer";
import { Conversation } from "../conversation/Conversation";
import { DropZone } from "../conversation/DropZone";
import { itemsOf } from "../conversation/items";
import { LeftBehind } from "../conversation/LeftBehind";
import type { Kind, TicketState } from "../conversation/state";
import { useComposer } from "../conversation/useComposer";
import { useEarlier } from "../conversation/useEarlier";
import { useReading } from "../conversation/useReading";
import { useTicket } from "../conversation/useTicket";
import { Related } from "../relations/Related";
import { Button } from "../ui/Button";
import { useShortcuts } from "../ui/keys";
import { Empty, Failed, Skeleton } from "../ui/States";
import { useWords } from "../words";
import { Conflict } from "./Conflict";
import { Head } from "./Head";
import { MacroDialog } from "./MacroDialog";
import { Collision, Viewers } from "./PresenceBar";
import { Properties } from "./Properties";
import css from "./TicketPage.module.css";
import { useChange } from "./useChange";
import { usePresence } from "./usePresence";

interface Props {
  id: string;
  onClose: () => void;
  /** The state of the connection. */
  badge: ReactNode;
}

const ABOVE_THE_LIST = 1;

export function TicketPage({ id, onClose, badge }: Props) {
  const { t } = useWords();
  const { state, error, isGone, again } = useTicket(id);
  useShortcuts(
    [
      { keys: "Escape", does: t("ticket.close"), run: onClose },
      { keys: "u", does: t("ticket.back"), run: onClose },
    ],
    ABOVE_THE_LIST,
  );
  const isUnknown = error instanceof Refusal && error.status === 404;
  if (isGone || isUnknown) {
    return (
      <section className={css.alone} aria-label={t("ticket.name")}>
        <Empty icon={Trash2} title={t(isGone ? "ticket.gone" : "ticket.unknown")} isPage>
          <p>{t(isGone ? "ticket.goneHint" : "ticket.unknownHint")}</p>
          <LeftBehind ticketId={id} />
          <Button onClick={onClose}>{t("ticket.back")}</Button>
        </Empty>
      </section>
    );
  }
  if (!state) {
    return (
      <section className={css.alone} aria-label={t("ticket.name")}>
        {error ? <Failed error={error} onAgain={again} /> : <Skeleton lines={9} />}
      </section>
    );
  }
  return <OpenTicket state={state} onClose={onClose} badge={badge} />;
}

function OpenTicket({ state, onClose, badge }: { state: TicketState; onClose: () => void; badge: ReactNode }) {
  const { t } = useWords();
  const { detail, seq } = state;
  const asked = useAskedKind();
  const changing = useChange(detail);
  const presence = usePresence(detail.id);
  const earlier = useEarlier(detail);
  const items = useMemo(() => itemsOf(detail, earlier.earlier), [detail, earlier.earlier]);
  const reading = useReading(items);
  const writing = useComposer(detail.id, reading.unread.before ?? seq, asked);
  const [answered, setAnswered] = useState(asked);
  if (asked !== answered) {
    setAnswered(asked);
    if (asked) writing.focus(asked);
  }
  const [isMacroShown, setIsMacroShown] = useState(false);
  const titleClash = changing.clashes.find((one) => one.field === "title");
  const openers = {
    status: useRef<(() => void) | null>(null),
    priority: useRef<(() => void) | null>(null),
    assignee: useRef<(() => void) | null>(null),
  };
  useShortcuts(
    [
      { keys: "r", does: t("ticket.does.reply"), run: () => writing.focus("reply") },
      { keys: "n", does: t("ticket.does.note"), run: () => writing.focus("note") },
      { keys: "a", does: t("ticket.does.assign"), run: () => openers.assignee.current?.() },
      { keys: "s", does: t("ticket.does.status"), run: () => openers.status.current?.() },
      { keys: "m", does: t("ticket.does.macro"), run: () => setIsMacroShown(true) },
      { keys: "p", does: t("ticket.does.priority"), run: () => openers.priority.current?.() },
    ],
    ABOVE_THE_LIST,
  );
  const names = {
    reply: {
      send: t("ticket.sendReply", { name: detail.requester.name }),
      placeholder: t("ticket.replyTo", { name: detail.requester.name }),
    },
    note: { send: t("ticket.addNote"), placeholder: t("ticket.noteFor") },
  };
  return (
    <section className={css.shell} aria-label={t("ticket.name")}>
      <div className={css.page}>
        <div className={css.head}>
          <Head
            ticket={changing.shown}
            onTitle={(title, seen) => changing.change({ title }, { title: seen })}
            clash={titleClash && <Conflict clash={titleClash} onSettle={changing.settle} />}
            onClose={onClose}
            badge={badge}
            viewers={<Viewers presence={presence} />}
          />
        </div>
        <div className={`${css.side} scroll`}>
          <Properties changing={changing} openers={openers} />
          <Related ticket={detail} />
        </div>
        <DropZone onFiles={writing.uploads.add} className={css.talk}>
          <Conversation
            ticket={detail}
            items={items}
            earlier={earlier}
            reading={reading}
            pending={writing.pending}
            onEditPending={writing.takeBack}
          />
          <Composer
            kind={writing.kind}
            onKind={writing.setKind}
            box={writing.box}
            uploads={writing.uploads}
            hasOther={writing.hasOther}
            onSend={() => {
              writing.send();
              requestAnimationFrame(reading.toEnd);
            }}
            onTyping={presence.onTyping}
            names={names}
            focusAsked={writing.focusAsked}
          >
            <Collision presence={presence} />
            <Button look="quiet" className={css.macro} onClick={() => setIsMacroShown(true)}>
              <Zap size={14} aria-hidden /> {t("ticket.macro.title")}
            </Button>
          </Composer>
        </DropZone>
      </div>
      {isMacroShown && (
        <MacroDialog
          ticket={changing.shown}
          seenSeq={reading.unread.before ?? seq}
          onClose={() => setIsMacroShown(false)}
        />
      )}
    </section>
  );
}

/** `/tickets/<id>/reply` and `/note` begin in the box. */
function useAskedKind(): Kind | null {
  const [path] = useLocation();
  const last = path.split("/").at(-1);
  return last === "reply" || last === "note" ? last : null;
}
