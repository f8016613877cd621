import { Hand } from "lucide-react";
import { Avatar } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { useWords } from "../words";
import css from "./PresenceBar.module.css";
import type { Presence } from "./usePresence";

const MOST_SHOWN = 4;

/** Who else looks at the ticket, small, in its head. */
export function Viewers({ presence }: { presence: Presence }) {
  const { t } = useWords();
  const { others } = presence;
  if (others.length === 0) return null;
  const names = others.map((one) => one.name).join(", ");
  return (
    <span
      className={css.viewers}
      role="img"
      aria-label={t("ticket.viewing", { names })}
      title={t("ticket.viewing", { names })}
    >
      {others.slice(0, MOST_SHOWN).map((one) => (
        <span key={one.id} className={css.viewer} data-state={one.state}>
          <Avatar name={one.name} size={24} />
        </span>
      ))}
      {others.length > MOST_SHOWN && <span className={css.more}>+{others.length - MOST_SHOWN}</span>}
    </span>
  );
}

/** Above the box: somebody else writes, or answers. */
export function Collision({ presence }: { presence: Presence }) {
  const { t } = useWords();
  const { others, claimedBy } = presence;
  const typing = others.filter((one) => one.state === "typing");
  return (
    <div role="status" className={css.collision}>
      {typing.map((one) => (
        <p key={one.id} className={one.kind === "note" ? css.note : css.typing}>
          <Avatar name={one.name} size={18} />
          <span className="clip">
            {t(one.kind === "note" ? "ticket.typesNote" : "ticket.typesReply", { name: one.name })}
          </span>
          <span className={css.dots} aria-hidden>
            <i />
            <i />
            <i />
          </span>
        </p>
      ))}
      {claimedBy && (
        <p className={css.claim}>
          <Hand size={15} aria-hidden />
          <span className="grow">{t("ticket.claimed", { name: claimedBy.name })}</span>
          <Button look="quiet" onClick={presence.takeOver}>
            {t("ticket.takeOver")}
          </Button>
        </p>
      )}
    </div>
  );
}
