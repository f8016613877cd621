import { useQuery } from "@tanstack/react-query";
import { Tag as TagIcon, Trash2, X } from "lucide-react";
import { useImperativeHandle, useRef, useState, type Ref, type SubmitEvent } from "react";
import { listStaff, listTeams } from "../live/desk";
import { useMe } from "../session/context";
import { PersonName } from "../ui/Avatar";
import { Button, IconButton } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { TextField } from "../ui/Field";
import { PRIORITIES, PriorityMark, STATUSES, StatusMark } from "../ui/Marks";
import { Picker } from "../ui/Picker";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { number } from "../words/times";
import { wholeList, type Asked } from "./asked";
import { changeMany, goBack, wayBack, type Doing } from "./bulk";
import type { Ticket } from "./useLiveList";
import css from "./Queue.module.css";

const UNDO_MS = 10_000;
const MOST = 1000;

/** Opens a picker by its key. */
export interface BulkHandle {
  open: (what: "status" | "priority" | "assign") => void;
}

interface Props {
  asked: Asked;
  selected: readonly Ticket[];
  /** How many the whole list has. */
  count: number;
  isWhole: boolean;
  onWhole: () => void;
  onClear: () => void;
  handle: Ref<BulkHandle>;
}

/** What can be done with the tickets that are selected. */
export function BulkBar({ asked, selected, count, isWhole, onWhole, onClear, handle }: Props) {
  const { t } = useWords();
  const me = useMe();
  const staff = useQuery(listStaff).data ?? [];
  const teams = useQuery(listTeams).data ?? [];
  const openers = { status: useRef<() => void>(null), priority: useRef<() => void>(null), assign: useRef<() => void>(null) }; // prettier-ignore
  useImperativeHandle(handle, () => ({ open: (what) => openers[what].current?.() }));
  const [tags, setTags] = useState<"add" | "remove" | null>(null);
  const [asks, setAsks] = useState<Doing | null>(null);
  const { isBusy, run } = useDoing(asked, selected, isWhole, onClear);
  const many = isWhole ? count : selected.length;
  const start = (doing: Doing) => (isWhole || doing.delete ? setAsks(doing) : void run(doing));
  const nobody = {
    value: null,
    name: t("ui.unassigned"),
    look: <PersonName name={null} nobody={t("ui.unassigned")} />,
  };

  return (
    <div className={css.bulk} role="region" aria-label={t("queue.selected", { count: many })}>
      <strong aria-live="polite">
        {isWhole ? t("queue.wholeList", { count: many }) : t("queue.selected", { count: many })}
      </strong>
      {!isWhole && wholeList(asked) !== null && count > selected.length && count <= MOST && (
        <Button look="quiet" onClick={onWhole}>
          {t("queue.selectView", { shown: number(count) })}
        </Button>
      )}
      <Picker
        label={t("queue.status")}
        openRef={openers.status}
        disabled={isBusy}
        options={STATUSES.map((one) => ({ value: one, name: t(`status.${one}`), look: <StatusMark status={one} /> }))}
        value={[]}
        onPick={(status) => start({ set: { status } })}
      >
        {t("queue.status")}
      </Picker>
      <Picker
        label={t("queue.priority")}
        openRef={openers.priority}
        disabled={isBusy}
        options={PRIORITIES.map((one) => ({ value: one, name: t(`priority.${one}`), look: <PriorityMark priority={one} /> }))} // prettier-ignore
        value={[]}
        onPick={(priority) => start({ set: { priority } })}
      >
        {t("queue.priority")}
      </Picker>
      <Picker<string | null>
        label={t("queue.assignee")}
        openRef={openers.assign}
        disabled={isBusy}
        searchable
        options={[
          nobody,
          ...staff.map((one) => ({ value: one.id, name: one.name, hint: one.id === me.id ? t("queue.me") : "", look: <PersonName name={one.name} nobody="" /> })), // prettier-ignore
        ]}
        value={[]}
        onPick={(assignedToId) => start({ set: { assignedToId } })}
      >
        {t("queue.assignee")}
      </Picker>
      <Picker<string | null>
        label={t("queue.team")}
        disabled={isBusy}
        searchable
        options={[{ value: null, name: t("queue.noTeam") }, ...teams.map((one) => ({ value: one.id, name: one.name }))]}
        value={[]}
        onPick={(teamId) => start({ set: { teamId } })}
      >
        {t("queue.team")}
      </Picker>
      <Button onClick={() => setTags("add")} disabled={isBusy}>
        <TagIcon size={14} aria-hidden /> {t("queue.addTag")}
      </Button>
      <Button onClick={() => setTags("remove")} disabled={isBusy}>
        {t("queue.removeTag")}
      </Button>
      {me.role === "ADMIN" && (
        <Button look="danger" onClick={() => start({ delete: true })} disabled={isBusy}>
          <Trash2 size={14} aria-hidden /> {t("queue.delete")}
        </Button>
      )}
      <span className="grow" />
      <IconButton label={t("queue.clearSelection")} onClick={onClear}>
        <X size={16} />
      </IconButton>
      {tags !== null && (
        <AskForTag
          title={tags === "add" ? t("queue.addTag") : t("queue.removeTag")}
          onClose={() => setTags(null)}
          onTag={(tag) => start(tags === "add" ? { addTags: [tag] } : { removeTags: [tag] })}
        />
      )}
      {asks !== null && (
        <Dialog
          title={asks.delete ? t("queue.deleteSure", { count: many }) : t("queue.changeSure", { count: many })}
          onClose={() => setAsks(null)}
        >
          <p className="soft">{asks.delete ? t("queue.deleteHint") : t("queue.changeHint")}</p>
          <div className="row">
            <span className="grow" />
            <Button onClick={() => setAsks(null)}>{t("ui.cancel")}</Button>
            <Button look={asks.delete ? "danger" : "primary"} onClick={() => (setAsks(null), void run(asks))}>
              {asks.delete ? t("queue.delete") : t("queue.change")}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

/** Does it, tells what came of it, and offers the way back where there is one. */
function useDoing(asked: Asked, selected: readonly Ticket[], isWhole: boolean, onDone: () => void) {
  const { t } = useWords();
  const inWords = useProblem();
  const [isBusy, setIsBusy] = useState(false);
  const problem = (error: unknown) => toast(inWords(error), { isProblem: true });
  const run = async (doing: Doing) => {
    setIsBusy(true);
    try {
      const before = selected;
      const chosen = (isWhole ? wholeList(asked) : null) ?? { ids: before.map((one) => one.id) };
      const answer = await changeMany(chosen, doing);
      const calls = isWhole || doing.delete ? [] : wayBack(before, doing, answer);
      const undo = () => void goBack(calls).then((count) => toast(t("queue.undone", { count })), problem);
      const { changed, refused } = answer.meta;
      if (refused > 0) {
        const why = answer.data.find((one) => one.error)?.error?.message ?? "";
        toast(t("queue.refusedSome", { count: refused, why }), { isProblem: true });
      }
      const way = calls.length > 0 ? { action: { name: t("ui.undo"), onPick: undo }, staysMs: UNDO_MS } : {};
      if (changed > 0) toast(t("queue.changed", { count: changed }), way);
      else if (refused === 0) toast(t("queue.unchanged"));
      onDone();
    } catch (error) {
      problem(error);
    } finally {
      setIsBusy(false);
    }
  };
  return { isBusy, run };
}

function AskForTag({ title, onClose, onTag }: { title: string; onClose: () => void; onTag: (tag: string) => void }) {
  const { t } = useWords();
  const [tag, setTag] = useState("");
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onClose();
    onTag(tag.trim());
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form className="stack" onSubmit={submit}>
        <TextField
          label={t("queue.tagName")}
          maxLength={50}
          required
          pattern=".*\S.*"
          autoFocus
          value={tag}
          onChange={(event) => setTag(event.target.value)}
        />
        <Button type="submit" look="primary">
          {title}
        </Button>
      </form>
    </Dialog>
  );
}
