/** What one writes on a ticket, in each kind, with its files; sent, undone, and back in the box. */
import { useState } from "react";
import { useMe } from "../session/context";
import { useWords } from "../words";
import { toast } from "../ui/toasts";
import { drop, everything, flush, change, post, UNDO_MS, undoUntil, type Pending } from "./outbox";
import type { Kind } from "./state";
import { useDraft, type DraftBox } from "./useDraft";
import { useOutbox } from "./useOutbox";
import { useUploads, type Uploads } from "./uploads";

export interface Writing {
  kind: Kind;
  setKind: (kind: Kind) => void;
  box: DraftBox;
  uploads: Uploads;
  /** Something is begun in the kind that is not shown. */
  hasOther: boolean;
  pending: readonly Pending[];
  send: () => void;
  /** Not sent after all: it is in the box again. */
  takeBack: (pending: Pending) => void;
  focusAsked: number;
  focus: (kind: Kind) => void;
}

export function useComposer(ticketId: string, seenSeq: number | null, first: Kind | null): Writing {
  const { t } = useWords();
  const me = useMe();
  const pending = useOutbox(ticketId);
  // What was chosen for a note never goes out with a reply.
  const filesOfReply = useUploads(ticketId, "reply");
  const filesOfNote = useUploads(ticketId, "note");
  const files: Record<Kind, Uploads> = { reply: filesOfReply, note: filesOfNote };
  const [kind, setKind] = useState<Kind>(first ?? "reply");
  const [focusAsked, setFocusAsked] = useState(first ? 1 : 0);
  const isHeld = (of: Kind) => pending.some((one) => one.kind === of);
  const boxes: Record<Kind, DraftBox> = {
    reply: useDraft(ticketId, "reply", seenSeq, isHeld("reply")),
    note: useDraft(ticketId, "note", seenSeq, isHeld("note")),
  };
  const other: Kind = kind === "reply" ? "note" : "reply";
  const focus = (wanted: Kind) => {
    setKind(wanted);
    setFocusAsked((count) => count + 1);
  };
  const takeBack = (id: string) => {
    const found = everything().find((one) => one.id === id);
    if (!found || found.state === "sending") return;
    drop(id);
    boxes[found.kind].restore(found.content, found.draft);
    files[found.kind].putBack(found.files);
    focus(found.kind);
  };
  const send = () => {
    const { text, saved } = boxes[kind].take();
    const id = crypto.randomUUID();
    void flush(ticketId); // what was said before can no longer be undone
    post({
      id,
      by: me.id,
      ticketId,
      kind,
      content: text.trim(),
      seenSeq,
      draft: null,
      files: files[kind].take(),
      sendAt: undoUntil(),
      state: "waiting",
      tries: 0,
    });
    void saved.then((onHub) => change(id, { draft: onHub }));
    toast(t("conversation.sending"), {
      action: { name: t("ui.undo"), onPick: () => takeBack(id) },
      staysMs: UNDO_MS,
    });
  };
  return {
    kind,
    setKind: focus,
    box: boxes[kind],
    uploads: files[kind],
    hasOther: boxes[other].draft.text.trim() !== "" || files[other].all.length > 0,
    pending,
    send,
    takeBack: (one) => takeBack(one.id),
    focusAsked,
    focus,
  };
}
