import { Copy, Trash2 } from "lucide-react";
import { useState, useSyncExternalStore } from "react";
import { useMe } from "../session/context";
import { Button } from "../ui/Button";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import css from "./LeftBehind.module.css";
import { drop, everything, subscribe } from "./outbox";
import { forgetWritten, writtenOn } from "./useDraft";

/** What one had written on a ticket that is no more, sent or not: it can be taken along. */
export function LeftBehind({ ticketId }: { ticketId: string }) {
  const { t } = useWords();
  const me = useMe();
  const [drafts, setDrafts] = useState(() => writtenOn(me.id, ticketId));
  const pending = useSyncExternalStore(subscribe, everything).filter(
    (one) => one.ticketId === ticketId && one.by === me.id && one.state === "refused",
  );
  const texts = [...drafts, ...pending.map((one) => one.content)];
  if (texts.length === 0) return null;
  const throwAway = () => {
    for (const one of pending) drop(one.id);
    forgetWritten(me.id, ticketId);
    setDrafts([]);
  };
  const copy = async () => {
    await navigator.clipboard.writeText(texts.join("\n\n"));
    toast(t("ui.copied"));
  };
  return (
    <section className={css.left} aria-label={t("conversation.leftBehind")}>
      <p>{t("conversation.leftBehind")}</p>
      {texts.map((text, index) => (
        <blockquote key={index} className="text" dir="auto">
          {text}
        </blockquote>
      ))}
      <div className="row">
        <Button onClick={() => void copy()}>
          <Copy size={14} aria-hidden /> {t("ui.copy")}
        </Button>
        <Button look="quiet" onClick={throwAway}>
          <Trash2 size={14} aria-hidden /> {t("ui.throwAway")}
        </Button>
      </div>
    </section>
  );
}
