import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, ifMatch, Refusal } from "../api/client";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Problem } from "../ui/Field";
import { useMe } from "../session/context";
import { useProblem } from "../ui/States";
import { useWords } from "../words";
import css from "./Message.module.css";
import { withComment, withoutComment, type Comment } from "./state";
import { change } from "./useTicket";

const MOST = 10_000;

interface Props {
  comment: Comment;
  onDone: () => void;
}

export function EditComment({ comment, onDone }: Props) {
  const { t } = useWords();
  const inWords = useProblem();
  const cache = useQueryClient();
  const place = `hub.edit.${useMe().id}.${comment.id}`;
  const [text, setText] = useState(() => localStorage.getItem(place) ?? comment.content);
  const [version, setVersion] = useState(comment.version);
  const [problem, setProblem] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const type = (typed: string) => {
    setText(typed);
    localStorage.setItem(place, typed); // until it is saved, whatever becomes of this page
  };
  const done = () => {
    localStorage.removeItem(place);
    onDone();
  };
  const save = async () => {
    if (text.trim() === "" || isBusy) return;
    if (text === comment.content) return done();
    setIsBusy(true);
    try {
      const changed = await ask(
        api.PATCH("/api/v1/tickets/{ticket_id}/comments/{comment_id}", {
          params: {
            path: { ticket_id: comment.ticketId, comment_id: comment.id },
            header: ifMatch(version),
          },
          body: { content: text },
        }),
      );
      change(cache, comment.ticketId, (state) => ({ ...state, detail: withComment(state.detail, changed) }));
      done();
    } catch (error) {
      setIsBusy(false);
      const current = error instanceof Refusal && error.status === 412 && (error.data["current"] as Comment | null);
      if (current) setVersion(current.version);
      setProblem(current ? t("conversation.changedElsewhere", { text: current.content }) : inWords(error));
    }
  };
  return (
    <form
      className={css.edit}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        aria-label={t("conversation.editText")}
        dir="auto"
        maxLength={MOST}
        autoFocus
        onFocus={(event) => event.target.setSelectionRange(MOST, MOST)}
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          // What was typed stays: only `Cancel` throws away.
          if (event.key === "Escape") onDone();
          else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <Problem>{problem}</Problem>
      <div className={css.does}>
        <Button type="submit" look="primary" busy={isBusy} disabled={text.trim() === ""}>
          {t("ui.save")}
        </Button>
        <Button onClick={done}>{t("ui.cancel")}</Button>
      </div>
    </form>
  );
}

export function DeleteComment({ comment, onDone }: Props) {
  const { t } = useWords();
  const inWords = useProblem();
  const cache = useQueryClient();
  const [problem, setProblem] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const remove = async () => {
    setIsBusy(true);
    const path = { ticket_id: comment.ticketId, comment_id: comment.id };
    try {
      await ask(api.DELETE("/api/v1/tickets/{ticket_id}/comments/{comment_id}", { params: { path } }));
      change(cache, comment.ticketId, (state) => ({ ...state, detail: withoutComment(state.detail, comment.id) }));
      onDone();
    } catch (error) {
      setIsBusy(false);
      setProblem(inWords(error));
    }
  };
  return (
    <Dialog title={t(comment.isInternal ? "conversation.deleteNote" : "conversation.deleteReply")} onClose={onDone}>
      <p>{t("conversation.deleteHint")}</p>
      <Problem>{problem}</Problem>
      <div className={css.does}>
        <Button look="danger" busy={isBusy} onClick={() => void remove()}>
          {t("ui.delete")}
        </Button>
        <Button onClick={onDone}>{t("ui.cancel")}</Button>
      </div>
    </Dialog>
  );
}
