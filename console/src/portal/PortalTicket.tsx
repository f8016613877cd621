import { ArrowLeft, CircleCheck, RotateCcw, SearchX } from "lucide-react";
import { useMemo, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { api, ask, Refusal } from "../api/client";
import { Composer } from "../conversation/Composer";
import { Conversation } from "../conversation/Conversation";
import { DropZone } from "../conversation/DropZone";
import { forRequester, itemsOf } from "../conversation/items";
import { LeftBehind } from "../conversation/LeftBehind";
import type { TicketDetail, TicketState } from "../conversation/state";
import { useComposer } from "../conversation/useComposer";
import { useEarlier } from "../conversation/useEarlier";
import { useReading } from "../conversation/useReading";
import { showTicket, useTicket } from "../conversation/useTicket";
import { useFrames, useLine } from "../live/context";
import { Button } from "../ui/Button";
import { StatusMark } from "../ui/Marks";
import { Empty, Failed, Skeleton, useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import css from "./PortalTicket.module.css";

/** One of one's own tickets. */
export function PortalTicket({ id }: { id: string }) {
  const { t } = useWords();
  const { state, error, isGone, again } = useTicket(id);
  if (isGone || (error instanceof Refusal && error.status === 404)) {
    return (
      <Empty icon={SearchX} title={t(isGone ? "portal.gone" : "portal.unknown")} isPage>
        <LeftBehind ticketId={id} />
        <a href="#/">{t("portal.home")}</a>
      </Empty>
    );
  }
  if (!state) return error ? <Failed error={error} onAgain={again} /> : <Skeleton lines={9} />;
  return <OpenTicket state={state} />;
}

function OpenTicket({ state }: { state: TicketState }) {
  const { t } = useWords();
  const { detail, seq } = state;
  const earlier = useEarlier(detail);
  const items = useMemo(() => forRequester(itemsOf(detail, earlier.earlier)), [detail, earlier.earlier]);
  const reading = useReading(items);
  const writing = useComposer(detail.id, reading.unread.before ?? seq, null);
  const names = { send: t("portal.send"), placeholder: t("portal.write") };
  return (
    <section className={css.page} aria-label={t("portal.request")}>
      <header className={css.head}>
        <a href="#/" className={css.back}>
          <ArrowLeft size={15} aria-hidden /> {t("portal.home")}
        </a>
        <div className={css.line}>
          <h1 dir="auto">{detail.title}</h1>
        </div>
        <div className={css.about}>
          <span className={css.status}>
            <StatusMark status={detail.status} />
          </span>
          <span className="faint">#{detail.number}</span>
          <span className="grow" />
          <StatusButton ticket={detail} />
        </div>
      </header>
      <DropZone onFiles={writing.uploads.add} className={css.talk}>
        <Conversation
          ticket={detail}
          items={items}
          earlier={earlier}
          reading={reading}
          pending={writing.pending}
          onEditPending={writing.takeBack}
          isPortal
        />
        <Composer
          kind="reply"
          box={writing.box}
          uploads={writing.uploads}
          onSend={() => {
            writing.send();
            requestAnimationFrame(reading.toEnd);
          }}
          onTyping={() => undefined}
          names={{ reply: names, note: names }}
          focusAsked={writing.focusAsked}
        >
          <AgentTypes ticketId={detail.id} />
        </Composer>
      </DropZone>
    </section>
  );
}

/** Where the desk tells it: that somebody writes a reply just now. */
function AgentTypes({ ticketId }: { ticketId: string }) {
  const { t } = useWords();
  const isLive = useLine().state === "live";
  const [isTyping, setIsTyping] = useState(false);
  useFrames((frame) => {
    if (frame.type === "presence" && frame["ticketId"] === ticketId) setIsTyping(frame["agentIsTyping"] === true);
  });
  return (
    <p role="status" className={css.typing}>
      {isTyping && isLive ? t("portal.agentTypes") : ""}
    </p>
  );
}

/** Requesters finish and reopen (ADR 0005). */
function StatusButton({ ticket }: { ticket: TicketDetail }) {
  const { t } = useWords();
  const inWords = useProblem();
  const cache = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const isDone = ticket.status === "resolved" || ticket.status === "closed" || ticket.status === "cancelled";
  const change = async () => {
    setIsBusy(true);
    try {
      const params = { path: { ticket_id: ticket.id } };
      const body = { status: isDone ? ("open" as const) : ("resolved" as const) };
      showTicket(cache, await ask(api.PATCH("/api/v1/tickets/{ticket_id}", { params, body })));
    } catch (error) {
      toast(inWords(error), { isProblem: true });
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Button busy={isBusy} onClick={() => void change()}>
      {isDone ? <RotateCcw size={15} aria-hidden /> : <CircleCheck size={15} aria-hidden />}
      {t(isDone ? "portal.reopen" : "portal.finish")}
    </Button>
  );
}
