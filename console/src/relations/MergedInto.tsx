import { useQuery } from "@tanstack/react-query";
import { Merge } from "lucide-react";
import { Link } from "wouter";
import type { TicketDetail } from "../conversation/state";
import { useWords } from "../words";
import { listRelated } from "./reading";
import css from "./Related.module.css";
import { UndoMerge } from "./UndoMerge";

/** That this ticket forwards to another, and the way there and back. */
export function MergedInto({ ticket }: { ticket: TicketDetail }) {
  const { t } = useWords();
  const into = ticket.mergedInto;
  const { data } = useQuery({ ...listRelated(ticket.id), enabled: Boolean(into) });
  if (!into) return null;
  return (
    <div className={css.banner}>
      <Merge size={15} aria-hidden />
      <span>
        {t("relations.isMerged")} <Link href={`/tickets/${into.id}`}>#{into.number}</Link>
      </span>
      {data?.into && <UndoMerge key={data.into.mergedAt} sourceId={ticket.id} until={data.into.undoneUntil} />}
    </div>
  );
}
