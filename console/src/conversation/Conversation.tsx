import { ArrowDown, ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/Button";
import { Problem } from "../ui/Field";
import { useProblem } from "../ui/States";
import { Time } from "../ui/Time";
import { useWords } from "../words";
import css from "./Conversation.module.css";
import { Files } from "./Files";
import { Happening } from "./Happening";
import type { Item } from "./items";
import { Card, Message } from "./Message";
import messageCss from "./Message.module.css";
import type { Pending } from "./outbox";
import { PendingMessage } from "./PendingMessage";
import { PeopleText } from "./PeopleText";
import type { TicketDetail } from "./state";
import type { EarlierBox } from "./useEarlier";
import type { Reading } from "./useReading";

interface Props {
  ticket: TicketDetail;
  items: readonly Item[];
  earlier: EarlierBox;
  reading: Reading;
  pending: readonly Pending[];
  onEditPending: (pending: Pending) => void;
  isPortal?: boolean;
  /** Above the first thing said. */
  children?: ReactNode;
}

/** What was said and what happened, oldest first; what is new comes in quietly at the end. */
export function Conversation(props: Props) {
  const { ticket, items, earlier, pending, isPortal = false } = props;
  const { box, onScroll, toEnd, unread } = props.reading;
  const { t } = useWords();
  const inWords = useProblem();
  return (
    <div className={css.around}>
      <div ref={box} className={`${css.box} scroll`} onScroll={onScroll}>
        <ol className={css.items} aria-label={t("conversation.name")}>
          {props.children && <li>{props.children}</li>}
          {items.map((item, index) => (
            <li key={item.id} className={index > 0 ? css.comes : undefined}>
              <One item={item} ticket={ticket} isPortal={isPortal} />
              {index === 0 && earlier.hasMore && (
                <div className={css.earlier}>
                  <Button busy={earlier.isLoading} onClick={earlier.more}>
                    <ArrowUp size={14} aria-hidden /> {t("conversation.earlier")}
                  </Button>
                  {earlier.error !== null && <Problem>{inWords(earlier.error)}</Problem>}
                </div>
              )}
            </li>
          ))}
          {pending.map((one) => (
            <li key={one.id} className={css.comes}>
              <PendingMessage pending={one} isPortal={isPortal} onEdit={props.onEditPending} />
            </li>
          ))}
        </ol>
      </div>
      <div className={css.below} role="status">
        {unread.count > 0 && (
          <button type="button" className={css.pill} onClick={toEnd}>
            <ArrowDown size={14} aria-hidden /> {t("conversation.below", { count: unread.count })}
          </button>
        )}
      </div>
    </div>
  );
}

function One({ item, ticket, isPortal }: { item: Item; ticket: TicketDetail; isPortal: boolean }) {
  const { t } = useWords();
  switch (item.is) {
    case "description":
      return (
        <Card
          voice="asked"
          who={item.author.name}
          label={t(isPortal ? "conversation.label.yours" : "conversation.label.description")}
          when={<Time at={item.at} />}
        >
          {item.text.trim() ? (
            <PeopleText text={item.text} className={messageCss.body} />
          ) : (
            <p className="faint">{t("conversation.noDescription")}</p>
          )}
          <Files files={item.files} />
        </Card>
      );
    case "comment":
      return <Message comment={item.comment} files={item.files} requesterId={ticket.requesterId} isPortal={isPortal} />;
    default:
      return <Happening line={item} ticket={ticket} />;
  }
}
