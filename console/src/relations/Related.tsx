import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link2, X } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import { api, ask } from "../api/client";
import type { TicketDetail } from "../conversation/state";
import { Button, IconButton } from "../ui/Button";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { listRelated, relatedKey, type Relation } from "./reading";
import css from "./Related.module.css";
import { RelateTicket } from "./RelateTicket";
import { UndoMerge } from "./UndoMerge";

/** What other tickets are to this one. */
export function Related({ ticket }: { ticket: TicketDetail }) {
  const { t } = useWords();
  const inWords = useProblem();
  const cache = useQueryClient();
  const [isAdding, setIsAdding] = useState(false);
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
  return (
    <section className={css.section} aria-label={t("relations.name")}>
      <h2>{t("relations.name")}</h2>
      <ul className={css.list}>
        {data?.merged.map((one) => (
          <li key={one.id}>
            <span className={css.what}>{t("relations.mergedIn")}</span>
            <Link href={`/tickets/${one.id}`}>#{one.number}</Link>
            <UndoMerge sourceId={one.id} until={one.undoneUntil} />
          </li>
        ))}
        {data?.relations.map((one) => (
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
      <Button look="quiet" onClick={() => setIsAdding(true)}>
        <Link2 size={14} aria-hidden /> {t("relations.add")}
      </Button>
      {isAdding && <RelateTicket ticket={ticket} onClose={() => setIsAdding(false)} />}
    </section>
  );
}
