/** What was changed, in one quiet line. */
import { useQuery } from "@tanstack/react-query";
import { ArrowRight, Link2, Paperclip, Pencil } from "lucide-react";
import { memo, type ReactNode } from "react";
import { Link } from "wouter";
import { listStaff, listTeams } from "../live/desk";
import { useMe } from "../session/context";
import { isStaff } from "../session/session";
import { PriorityMark, StatusMark, Tag, type Priority, type Status } from "../ui/Marks";
import { Time } from "../ui/Time";
import { useWords } from "../words";
import css from "./Happening.module.css";
import type { Change, Item } from "./items";
import type { TicketDetail } from "./state";

type Line = Extract<Item, { is: "changes" | "file" | "moved" }>;

/** Of the ticket that something was taken from, and of the other one. */
const DID: Partial<Record<string, readonly [MovedWord, MovedWord]>> = {
  "ticket.linked": ["relations.did.linked", "relations.did.linked"],
  "ticket.unlinked": ["relations.did.unlinked", "relations.did.unlinked"],
  "ticket.merged": ["relations.did.merged", "relations.did.tookIn"],
  "ticket.unmerged": ["relations.did.unmerged", "relations.did.gaveBack"],
  "ticket.split": ["relations.did.split", "relations.did.splitFrom"],
};

type MovedWord = `relations.did.${"linked" | "unlinked" | "merged" | "tookIn" | "unmerged" | "gaveBack" | "split" | "splitFrom"}`; // prettier-ignore

export const Happening = memo(function Happening({ line, ticket }: { line: Line; ticket: TicketDetail }) {
  const { t } = useWords();
  const me = useMe();
  const who = line.actor === null ? t("conversation.somebody") : line.actor.id === me.id ? t("conversation.you") : line.actor.name; // prettier-ignore
  return (
    <div className={css.line}>
      {line.is === "file" ? (
        <Paperclip size={14} aria-hidden />
      ) : line.is === "moved" ? (
        <Link2 size={14} aria-hidden />
      ) : (
        <Pencil size={13} aria-hidden />
      )}
      <bdi className={css.who}>{who}</bdi>
      {line.is === "file" ? (
        <span>
          {line.isGone ? t("conversation.did.fileRemoved") : t("conversation.did.fileAdded", { name: line.name })}
        </span>
      ) : line.is === "moved" ? (
        <span>
          {t(DID[line.did]?.[line.isSource ? 0 : 1] ?? "relations.did.linked")}{" "}
          <Link href={`/tickets/${line.other.id}`}>#{line.other.number}</Link>
        </span>
      ) : (
        line.changes.map((change) => <Changed key={change[0]} change={change} ticket={ticket} />)
      )}
      <Time at={line.at} className={css.when} />
    </div>
  );
});

function Changed({ change: [field, before, now], ticket }: { change: Change; ticket: TicketDetail }) {
  const { t } = useWords();
  const nameOf = useNames(ticket);
  switch (field) {
    case "status":
      return (
        <Pair
          name={t("conversation.field.status")}
          before={<StatusMark status={before as Status} />}
          now={<StatusMark status={now as Status} />}
        />
      );
    case "priority":
      return (
        <Pair
          name={t("conversation.field.priority")}
          before={<PriorityMark priority={before as Priority} />}
          now={<PriorityMark priority={now as Priority} />}
        />
      );
    case "title":
      return <Pair name={t("conversation.field.title")} before={<q>{String(before)}</q>} now={<q>{String(now)}</q>} />;
    case "assignedToId":
    case "teamId":
    case "requesterId": {
      const nobody = t(field === "assignedToId" ? "ui.unassigned" : "ui.none");
      const shown = (id: unknown) => <bdi>{id === null ? nobody : nameOf(id as string)}</bdi>;
      return (
        <Pair
          name={t(`conversation.field.${field}`)}
          before={before === null ? null : shown(before)}
          now={shown(now)}
        />
      );
    }
    case "tags":
      return <Tags before={before as string[]} now={now as string[]} />;
    default:
      return <span>{t(field === "description" ? "conversation.did.description" : "conversation.did.fields")}</span>;
  }
}

function Pair({ name, before, now }: { name: string; before: ReactNode; now: ReactNode }) {
  const { t } = useWords();
  return (
    <span className={css.pair}>
      {name}
      {before !== null && <span className={`${css.value} ${css.before}`}>{before}</span>}
      <ArrowRight size={12} className={css.arrow} role="img" aria-label={t("conversation.becomes")} />
      <span className={css.value}>{now}</span>
    </span>
  );
}

function Tags({ before, now }: { before: readonly string[]; now: readonly string[] }) {
  const { t } = useWords();
  const added = now.filter((tag) => !before.includes(tag));
  const gone = before.filter((tag) => !now.includes(tag));
  const shown = (tags: readonly string[]) => tags.map((tag) => <Tag key={tag} name={tag} />);
  return (
    <>
      {added.length > 0 && (
        <span className={css.pair}>
          {t("conversation.did.tagsAdded")} {shown(added)}
        </span>
      )}
      {gone.length > 0 && (
        <span className={css.pair}>
          {t("conversation.did.tagsRemoved")} <s className={css.pair}>{shown(gone)}</s>
        </span>
      )}
    </>
  );
}

/** Events name people and teams by their id alone. */
function useNames(ticket: TicketDetail): (id: string) => string {
  const { t } = useWords();
  const me = useMe();
  const enabled = isStaff(me);
  const staff = useQuery({ ...listStaff, enabled }).data ?? [];
  const teams = useQuery({ ...listTeams, enabled }).data ?? [];
  const known = [ticket.requester, ticket.createdBy, ticket.assignedTo, ticket.team, ...staff, ...teams];
  return (id) =>
    id === me.id ? t("conversation.you") : (known.find((one) => one?.id === id)?.name ?? t("conversation.somebody"));
}
