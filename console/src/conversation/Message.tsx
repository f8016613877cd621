import { Lock, MoreHorizontal, Pencil, Reply, Trash2, UserRound } from "lucide-react";
import { memo, useState, type ReactNode } from "react";
import { useMe } from "../session/context";
import { Avatar } from "../ui/Avatar";
import { Menu } from "../ui/Menu";
import { Time } from "../ui/Time";
import { useWords } from "../words";
import { fullTime } from "../words/times";
import { DeleteComment, EditComment } from "./EditComment";
import { Files } from "./Files";
import css from "./Message.module.css";
import { PeopleText } from "./PeopleText";
import type { Attachment, Comment } from "./state";

export type Voice = "asked" | "reply" | "note";

interface CardProps {
  voice: Voice;
  who: string;
  label: string;
  when?: ReactNode;
  menu?: ReactNode;
  isPending?: boolean;
  children: ReactNode;
}

/** One thing that was said. A note differs in colour, border, sign and word from what requesters see. */
export function Card({ voice, who, label, when, menu, isPending = false, children }: CardProps) {
  const Sign = { asked: UserRound, reply: Reply, note: Lock }[voice];
  return (
    <article className={`${css.message} ${css[voice]} ${isPending ? css.pending : ""}`} aria-label={`${label}: ${who}`}>
      <header className={css.head}>
        <Avatar name={who} size={24} />
        <bdi className={`${css.who} clip`}>{who}</bdi>
        <span className={css.label}>
          <Sign size={12} aria-hidden /> {label}
        </span>
        <span className={css.when}>{when}</span>
        {menu && <span className={css.menu}>{menu}</span>}
      </header>
      {children}
    </article>
  );
}

interface Props {
  comment: Comment;
  files: readonly Attachment[];
  requesterId: string;
  /** Of a requester's own page: whose reply it is says all. */
  isPortal: boolean;
}

export const Message = memo(function Message({ comment, files, requesterId, isPortal }: Props) {
  const { t } = useWords();
  const me = useMe();
  const [does, setDoes] = useState<"edit" | "delete" | null>(null);
  const isMine = comment.authorId === me.id;
  const voice: Voice = comment.isInternal ? "note" : comment.authorId === requesterId ? "asked" : "reply";
  const label = isPortal
    ? t(isMine ? "conversation.you" : "conversation.team")
    : t(`conversation.label.${voice === "asked" ? "requester" : voice}`);
  const done = () => setDoes(null);
  const items = [
    ...(isMine ? [{ name: t("ui.edit"), icon: <Pencil size={14} aria-hidden />, onPick: () => setDoes("edit") }] : []),
    ...(isMine || me.role === "ADMIN"
      ? [
          {
            name: t("ui.delete"),
            icon: <Trash2 size={14} aria-hidden />,
            onPick: () => setDoes("delete"),
            isDanger: true,
          },
        ]
      : []),
  ];
  return (
    <Card
      voice={voice}
      who={comment.authorName}
      label={label}
      when={
        <>
          {comment.editedAt && (
            <span className={css.edited} title={fullTime(comment.editedAt)}>
              {t("conversation.edited")}{" "}
            </span>
          )}
          <Time at={comment.createdAt} />
        </>
      }
      menu={
        items.length > 0 && <Menu label={t("conversation.does")} icon={<MoreHorizontal size={16} />} items={items} />
      }
    >
      {does === "edit" ? (
        <EditComment comment={comment} onDone={done} />
      ) : (
        <PeopleText text={comment.content} className={css.body} />
      )}
      <Files files={files} />
      {does === "delete" && <DeleteComment comment={comment} onDone={done} />}
    </Card>
  );
});
