import { CloudOff, Paperclip, Send, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useMe } from "../session/context";
import { Button } from "../ui/Button";
import { useWords } from "../words";
import css from "./Message.module.css";
import { Card } from "./Message";
import { flush, sendAnyway, type Pending } from "./outbox";
import { PeopleText } from "./PeopleText";

interface Props {
  pending: Pending;
  isPortal: boolean;
  /** Back into the box. */
  onEdit: (pending: Pending) => void;
}

/** Something that is on its way, and where it is. */
export function PendingMessage({ pending, isPortal, onEdit }: Props) {
  const { t } = useWords();
  const me = useMe();
  const { kind, state, files } = pending;
  const label = isPortal ? t("conversation.you") : t(`conversation.label.${kind}`);
  return (
    <Card voice={kind === "note" ? "note" : isPortal ? "asked" : "reply"} who={me.name} label={label} isPending>
      <PeopleText text={pending.content} className={css.body} />
      {files.length > 0 && (
        <p className={css.state}>
          <Paperclip size={14} aria-hidden /> <span>{files.map((file) => file.filename).join(", ")}</span>
        </p>
      )}
      {state === "waiting" && (
        <State icon={<Send size={14} aria-hidden />} text={t("conversation.sending")}>
          <Button onClick={() => onEdit(pending)}>{t("ui.undo")}</Button>
          <Button look="quiet" onClick={() => void flush(pending.ticketId)}>
            {t("conversation.sendNow")}
          </Button>
        </State>
      )}
      {state === "sending" && <State icon={<Send size={14} aria-hidden />} text={t("conversation.sending")} />}
      {state === "unreachable" && (
        <State icon={<CloudOff size={14} aria-hidden />} text={t("conversation.keptToSend")}>
          <Button look="quiet" onClick={() => void flush(pending.ticketId)}>
            {t("ui.again")}
          </Button>
          <Button look="quiet" onClick={() => onEdit(pending)}>
            {t("ui.undo")}
          </Button>
        </State>
      )}
      {state === "unseen" && <Unseen pending={pending} onEdit={onEdit} />}
      {state === "refused" && (
        <State icon={<TriangleAlert size={14} aria-hidden />} text={pending.problem ?? t("ui.didNotWork")} isProblem>
          <Button onClick={() => onEdit(pending)}>{t("conversation.backToBox")}</Button>
        </State>
      )}
    </Card>
  );
}

/** Somebody answered while it was written: it was not sent. */
function Unseen({ pending, onEdit }: Pick<Props, "pending" | "onEdit">) {
  const { t } = useWords();
  const unseen = pending.unseen ?? [];
  return (
    <div role="alert" className={css.unseen}>
      <strong>{t("conversation.unseen", { count: unseen.length })}</strong>
      {unseen.map((comment) => (
        <blockquote key={comment.id}>
          <small className="soft">{comment.authorName}</small>
          <PeopleText text={comment.content} />
        </blockquote>
      ))}
      <div className={css.does}>
        <Button look="primary" onClick={() => onEdit(pending)}>
          {t("conversation.backToBox")}
        </Button>
        <Button onClick={() => sendAnyway(pending.id)}>{t("conversation.sendAnyway")}</Button>
      </div>
    </div>
  );
}

interface StateProps {
  icon: ReactNode;
  text: string;
  isProblem?: boolean;
  children?: ReactNode;
}

function State({ icon, text, isProblem = false, children }: StateProps) {
  return (
    <div className={css.state} role={isProblem ? "alert" : undefined} data-problem={isProblem || undefined}>
      {icon} <span>{text}</span> {children}
    </div>
  );
}
