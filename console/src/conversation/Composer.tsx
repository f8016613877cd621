/** The box for what one says: a reply that the requester gets, or a note for the team. It looks another in each. */
import { CloudOff, Check, Lock, Paperclip, Reply, Send } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { Button, IconButton } from "../ui/Button";
import { useWords } from "../words";
import { number } from "../words/times";
import css from "./Composer.module.css";
import type { Draft } from "./draft";
import { isDirty } from "./draft";
import { UploadList } from "./Files";
import type { Kind } from "./state";
import type { Uploads } from "./uploads";
import type { DraftBox } from "./useDraft";

const MOST = 10_000;
const NEAR_MOST = 9000;
const IS_MAC = navigator.userAgent.includes("Mac");

interface Props {
  kind: Kind;
  /** Only for whom there are two. */
  onKind?: (kind: Kind) => void;
  box: DraftBox;
  uploads: Uploads;
  /** Something is begun in the other kind. */
  hasOther?: boolean;
  onSend: () => void;
  onTyping: (kind: Kind, isTyping: boolean) => void;
  /** What the button says, and the field. */
  names: Record<Kind, { send: string; placeholder: string }>;
  /** Counted up: the box is asked for. */
  focusAsked: number;
  /** Who else types, who answers. */
  children?: ReactNode;
}

export function Composer(props: Props) {
  const { kind, onKind, box, uploads, hasOther = false, onSend, onTyping, names, focusAsked, children } = props;
  const { t } = useWords();
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const { text } = box.draft;
  const isEmpty = text.trim() === "";
  const isTooLong = text.length > MOST;
  const maySend = !isEmpty && !isTooLong && !uploads.isSending;
  useEffect(() => {
    if (focusAsked === 0) return;
    field.current?.focus();
    field.current?.setSelectionRange(MOST, MOST); // one goes on at the end
  }, [focusAsked, kind]);
  const send = () => {
    if (maySend) onSend();
    else field.current?.focus();
  };
  return (
    <section className={css.composer} data-kind={kind} aria-label={names[kind].send}>
      {children}
      <Offered box={box} />
      <div className={css.box}>
        <div className={css.top}>
          {onKind && (
            <div role="group" aria-label={t("conversation.kind")} className={css.kinds}>
              <KindButton kind="reply" isOn={kind === "reply"} isBegun={hasOther && kind === "note"} onPick={onKind} />
              <KindButton kind="note" isOn={kind === "note"} isBegun={hasOther && kind === "reply"} onPick={onKind} />
            </div>
          )}
          {onKind && (
            <p className={css.who}>{t(kind === "note" ? "conversation.noteSeen" : "conversation.replySeen")}</p>
          )}
          <Kept draft={box.draft} />
        </div>
        <label htmlFor={id} className="sr-only">
          {names[kind].placeholder}
        </label>
        <textarea
          ref={field}
          id={id}
          rows={1}
          dir="auto"
          placeholder={names[kind].placeholder}
          value={text}
          aria-invalid={isTooLong || undefined}
          onChange={(event) => {
            box.type(event.target.value);
            onTyping(kind, event.target.value.trim() !== "");
          }}
          onPaste={(event) => {
            if (event.clipboardData.files.length === 0) return;
            event.preventDefault();
            event.stopPropagation();
            uploads.add(event.clipboardData.files);
          }}
          onBlur={() => onTyping(kind, false)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
            else if (event.key === "Escape") field.current?.blur();
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        <UploadList uploads={uploads} />
        <div className={css.bottom}>
          <IconButton label={t("conversation.file.add")} onClick={() => files.current?.click()}>
            <Paperclip size={16} />
          </IconButton>
          <input
            ref={files}
            type="file"
            multiple
            hidden
            aria-label={t("conversation.file.add")}
            onChange={(event) => {
              uploads.add(event.target.files ?? []);
              event.target.value = "";
            }}
          />
          <span className={css.hint} aria-live="polite">
            {text.length > NEAR_MOST
              ? t("conversation.letters", { count: MOST - text.length, number: number(MOST - text.length) })
              : isEmpty && uploads.all.length > 0
                ? t("conversation.file.needsText")
                : ""}
          </span>
          <kbd className={css.keys}>{IS_MAC ? "⌘" : "Ctrl"} ↵</kbd>
          <Button look="primary" className={css.send} disabled={!maySend} onClick={send}>
            {kind === "note" ? <Lock size={14} aria-hidden /> : <Send size={14} aria-hidden className={css.plane} />}
            <span className="clip">{uploads.isSending ? t("conversation.file.wait") : names[kind].send}</span>
          </Button>
        </div>
      </div>
    </section>
  );
}

interface KindProps {
  kind: Kind;
  isOn: boolean;
  /** It has a draft, and is not shown. */
  isBegun: boolean;
  onPick: (kind: Kind) => void;
}

function KindButton({ kind, isOn, isBegun, onPick }: KindProps) {
  const { t } = useWords();
  const Sign = kind === "note" ? Lock : Reply;
  return (
    <button type="button" aria-pressed={isOn} data-kind={kind} onClick={() => onPick(kind)}>
      <Sign size={14} aria-hidden /> {t(`conversation.label.${kind}`)}
      {isBegun && (
        <span className={css.begun} title={t("conversation.draft.begun")}>
          <span className="sr-only">{t("conversation.draft.begun")}</span>
        </span>
      )}
    </button>
  );
}

/** Where what is typed is kept now. */
function Kept({ draft }: { draft: Draft }) {
  const { t } = useWords();
  if (draft.text.trim() === "") return null;
  if (draft.isStuck || (!draft.isOpen && isDirty(draft))) {
    return (
      <span className={css.kept} role="status">
        <CloudOff size={13} aria-hidden /> {t("conversation.draft.here")}
      </span>
    );
  }
  if (isDirty(draft) || draft.offered !== null) return null;
  return (
    <span className={css.kept}>
      <Check size={13} aria-hidden /> {t("conversation.draft.saved")}
    </span>
  );
}

/** Another device wrote too, or sent it. */
function Offered({ box }: { box: DraftBox }) {
  const { t } = useWords();
  const { offered } = box.draft;
  if (offered === null) return null;
  return (
    <div role="alert" className={css.offered}>
      <p>{t(offered === "gone" ? "conversation.draft.gone" : "conversation.draft.newer")}</p>
      {offered !== "gone" && <blockquote className="text">{offered.content}</blockquote>}
      <div className={css.does}>
        <Button onClick={box.keepMine}>{t("conversation.draft.keepMine")}</Button>
        <Button onClick={box.takeOffered}>
          {t(offered === "gone" ? "conversation.draft.throwAway" : "conversation.draft.takeNewer")}
        </Button>
      </div>
    </div>
  );
}
