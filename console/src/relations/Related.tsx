import { useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { Link } from "wouter";
import { api, ask } from "../api/client";
import type { TicketDetail } from "../conversation/state";
import { IconButton } from "../ui/Button";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { listRelated, relatedKey, type Relation } from "./reading";
import css from "./Related.module.css";
import { UndoMerge } from "./UndoMerge";

/** What other tickets are to this one; nothing where there are none. */
export function Related({ ticket }: { ticket: TicketDetail }) {
  const { t } = useWords();
  const inWords = useProblem();
  const cache = useQueryClient();
  const { data } = useQuery(listRelated(ticket.id));
  const remove = async (relation: Relation) => {
    const path = { ticket_id: ticket.id, relation_id: relation.id };
    try {
      await ask(api.DELETE("/api/v1/tickets/{ticket_id}/relations/{relation_id}", { params: { path } }));
      await cache.invalidateQueries({ queryKey: relatedKey(ticket.id) });
    } catch (error) {
      toast(inWords(error), { isProblem: true });
    }
  };
  if (!data || data.relations.length + data.merged.length === 0) return null;
  return (
    <section className={css.section} aria-label={t("relations.name")}>
      <h2>{t("relations.name")}</h2>
      <ul className={css.list}>
        {data.merged.map((one) => (
          <li key={one.id}>
            <span className={css.what}>{t("relations.mergedIn")}</span>
            <Link href={`/tickets/${one.id}`}>#{one.number}</Link>
            <UndoMerge sourceId={one.id} until={one.undoneUntil} />
          </li>
        ))}
        {data.relations.map((one) => (
          <li key={one.id}>
            <span className={css.what}>{t(`relations.is.${one.relation}`)}</span>
            <Link href={`/tickets/${one.ticket.id}`}>
              <span className={css.number}>#{one.ticket.number}</span> <bdi>{one.ticket.title}</bdi>
            </Link>
            <IconButton label={t("relations.remove", { number: one.ticket.number })} onClick={() => void remove(one)}>
              <X size={14} />
            </IconButton>
          </li>
        ))}
      </ul>
    </section>
  );
}
