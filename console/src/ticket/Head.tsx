import { FileText, Link, Link2, Merge, MoreHorizontal, NotebookPen, Split, Trash2, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useLocation } from "wouter";
import type { TicketDetail } from "../conversation/state";
import { fetchFile } from "../exporting/ask";
import { MergedInto } from "../relations/MergedInto";
import { MergeTicket } from "../relations/MergeTicket";
import { RelateTicket } from "../relations/RelateTicket";
import { SplitTicket } from "../relations/SplitTicket";
import { useMe } from "../session/context";
import { IconButton } from "../ui/Button";
import { Menu } from "../ui/Menu";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { timeZone } from "../words/times";
import { DeleteTicket } from "./DeleteTicket";
import css from "./Head.module.css";

const LONGEST_TITLE = 200;

interface Props {
  ticket: TicketDetail;
  /** `seen`: the title that was changed. */
  onTitle: (title: string, seen: string) => void;
  /** Somebody else changed the title at the same time. */
  clash: ReactNode;
  onClose: () => void;
  badge: ReactNode;
  viewers: ReactNode;
}

export function Head({ ticket, onTitle, clash, onClose, badge, viewers }: Props) {
  const { t } = useWords();
  const me = useMe();
  const [isDeleting, setIsDeleting] = useState(false);
  const [shows, setShows] = useState<"relate" | "merge" | "split" | null>(null);
  const [, go] = useLocation();
  const open = (id: string) => go(`/tickets/${id}`);
  const copy = async () => {
    await navigator.clipboard.writeText(`${location.origin}${location.pathname}#/tickets/${ticket.id}`);
    toast(t("ui.copied"));
  };
  const inWords = useProblem();
  const save = async (notes: boolean) => {
    const gone = toast(t("exporting.making"), { staysMs: 60_000 });
    const asked = new URLSearchParams({ timeZone: timeZone(), ...(notes ? { notes: "true" } : {}) });
    try {
      await fetchFile(`/api/v1/exports/tickets/${ticket.id}.pdf?${asked}`, `ticket-${ticket.number}.pdf`);
    } catch (error) {
      toast(inWords(error), { isProblem: true });
    } finally {
      gone();
    }
  };
  const items = [
    { name: t("ticket.copyLink"), icon: <Link2 size={14} aria-hidden />, onPick: () => void copy() },
    { name: t("exporting.pdf"), icon: <FileText size={14} aria-hidden />, onPick: () => void save(false) },
    { name: t("exporting.pdfWithNotes"), icon: <NotebookPen size={14} aria-hidden />, onPick: () => void save(true) },
    { name: t("relations.add"), icon: <Link size={14} aria-hidden />, onPick: () => setShows("relate") },
    ...(ticket.mergedIntoId
      ? []
      : [
          { name: t("relations.merge"), icon: <Merge size={14} aria-hidden />, onPick: () => setShows("merge") },
          { name: t("relations.splitOff"), icon: <Split size={14} aria-hidden />, onPick: () => setShows("split") },
        ]),
    ...(me.role === "ADMIN"
      ? [
          {
            name: t("ticket.delete"),
            icon: <Trash2 size={14} aria-hidden />,
            onPick: () => setIsDeleting(true),
            isDanger: true,
          },
        ]
      : []),
  ];
  return (
    <header className={css.head}>
      <div className={css.line}>
        <IconButton label={t("ticket.close")} onClick={onClose}>
          <X size={17} />
        </IconButton>
        <span className={css.number}>#{ticket.number}</span>
        <span className="grow" />
        {viewers}
        {badge}
        <Menu label={t("ticket.menu")} icon={<MoreHorizontal size={17} />} items={items} />
      </div>
      <Title title={ticket.title} onChange={onTitle} />
      {clash}
      <MergedInto ticket={ticket} />
      {shows === "relate" && <RelateTicket ticket={ticket} onClose={() => setShows(null)} />}
      {shows === "merge" && <MergeTicket ticket={ticket} onClose={() => setShows(null)} onMerged={open} />}
      {shows === "split" && <SplitTicket ticket={ticket} onClose={() => setShows(null)} onSplit={open} />}
      {isDeleting && <DeleteTicket ticket={ticket} onDone={() => setIsDeleting(false)} onDeleted={onClose} />}
    </header>
  );
}

/** It is text until one clicks it. What others change meanwhile takes nothing away of what is typed. */
function Title({ title, onChange }: { title: string; onChange: (title: string, seen: string) => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState<{ text: string; seen: string } | null>(null);
  const done = () => {
    const wanted = typed?.text.trim() ?? "";
    if (typed && wanted && wanted !== typed.seen) onChange(wanted, typed.seen);
    setTyped(null);
  };
  if (typed === null) {
    return (
      <h1 className={css.title} dir="auto">
        <button type="button" title={t("ticket.editTitle")} onClick={() => setTyped({ text: title, seen: title })}>
          {title}
          <span className="sr-only"> – {t("ticket.editTitle")}</span>
        </button>
      </h1>
    );
  }
  return (
    <h1 className={css.title}>
      <textarea
        aria-label={t("ticket.title")}
        autoFocus
        rows={1}
        dir="auto"
        maxLength={LONGEST_TITLE}
        value={typed.text}
        onFocus={(event) => event.target.select()}
        onChange={(event) => setTyped({ ...typed, text: event.target.value.replace(/\n/g, " ") })}
        onBlur={done}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Enter") done();
          else if (event.key === "Escape") setTyped(null);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
    </h1>
  );
}
