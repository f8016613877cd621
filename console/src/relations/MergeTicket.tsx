import { useState } from "react";
import { api, ask } from "../api/client";
import type { Ticket, TicketDetail } from "../conversation/state";
import { CheckField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { useSending } from "../ui/sending";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { FindTicket } from "./FindTicket";

interface Props {
  ticket: TicketDetail;
  onClose: () => void;
  /** Where the conversation is now. */
  onMerged: (intoId: string) => void;
}

export function MergeTicket({ ticket, onClose, onMerged }: Props) {
  const { t } = useWords();
  const sending = useSending(["intoId"]);
  const [into, setInto] = useState<Ticket | null>(null);
  const [isConfirmed, setIsConfirmed] = useState(false);
  const isAnothers = into !== null && into.requesterId !== ticket.requesterId;
  const onSend = async () => {
    if (!into) return;
    const params = { path: { ticket_id: ticket.id } };
    const body = { intoId: into.id, isConfirmed: isAnothers && isConfirmed };
    await ask(api.POST("/api/v1/tickets/{ticket_id}/merge", { params, body }));
    toast(t("relations.merged", { number: ticket.number, other: into.number }));
    onMerged(into.id);
  };
  return (
    <FormDialog
      title={t("relations.mergeTitle", { number: ticket.number })}
      does={t("relations.mergeDoes")}
      sending={sending}
      onSend={onSend}
      onClose={onClose}
      isOff={into === null || (isAnothers && !isConfirmed)}
    >
      <p className="soft">{t("relations.mergeHint")}</p>
      <FindTicket
        not={ticket.id}
        chosen={into}
        onChoose={(one) => {
          setInto(one);
          setIsConfirmed(false);
        }}
        problem={sending.about("intoId")}
      />
      {isAnothers && (
        <CheckField
          label={t("relations.confirm", { name: into.requester.name })}
          hint={t("relations.confirmHint", { name: ticket.requester.name })}
          checked={isConfirmed}
          onChange={(event) => setIsConfirmed(event.target.checked)}
        />
      )}
    </FormDialog>
  );
}
