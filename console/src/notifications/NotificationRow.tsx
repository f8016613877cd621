import {
  AlarmClock,
  AtSign,
  CircleDot,
  MailOpen,
  MessageSquare,
  ShieldAlert,
  TimerOff,
  UserCheck,
  X,
  type LucideIcon,
} from "lucide-react";
import { pathOf } from "../live/notifying";
import type { Notification } from "../live/told";
import { IconButton } from "../ui/Button";
import { Time } from "../ui/Time";
import { useWords } from "../words";
import css from "./Notifications.module.css";

const ICONS: Record<Notification["type"], LucideIcon> = {
  assigned: UserCheck,
  mentioned: AtSign,
  comment_added: MessageSquare,
  status_changed: CircleDot,
  file_infected: ShieldAlert,
  sla_warned: AlarmClock,
  sla_breached: TimerOff,
};

interface Props {
  one: Notification;
  onRead: () => void;
  onRemove: () => void;
}

/** One thing that one was told. What nobody has read has a dot, more weight, and the word for those who hear it. */
export function NotificationRow({ one, onRead, onRemove }: Props) {
  const { t } = useWords();
  const Icon = ICONS[one.type];
  return (
    <li className={`${css.row} ${one.isRead ? "" : css.unread}`}>
      <span className={css.dot}>{!one.isRead && <span className="sr-only">{t("notifications.isUnread")}</span>}</span>
      <Icon size={17} className={css.icon} aria-label={t(`notifications.kinds.${one.type}`)} role="img" />
      <div className={css.text}>
        <a href={`#${pathOf(one)}`} onClick={onRead}>
          <bdi>{one.title}</bdi>
        </a>
        {one.message && (
          <p>
            <bdi>{one.message}</bdi>
          </p>
        )}
      </div>
      <Time at={one.createdAt} className={css.time} />
      <div className={css.does}>
        {!one.isRead && (
          <IconButton label={t("notifications.read")} onClick={onRead}>
            <MailOpen size={15} />
          </IconButton>
        )}
        <IconButton label={t("notifications.remove")} onClick={onRemove}>
          <X size={15} />
        </IconButton>
      </div>
    </li>
  );
}
