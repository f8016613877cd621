import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../api/client";
import type { Ticket, TicketDetail } from "../conversation/state";
import { SelectField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { useSending } from "../ui/sending";
import { useWords } from "../words";
import { FindTicket } from "./FindTicket";
import { RELATIONS, relatedKey, type RelationWord } from "./reading";

export function RelateTicket({ ticket, onClose }: { ticket: TicketDetail; onClose: () => void }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const sending = useSending(["otherId"]);
  const [relation, setRelation] = useState<RelationWord>("link");
  const [other, setOther] = useState<Ticket | null>(null);
  const onSend = async () => {
    if (!other) return;
    const params = { path: { ticket_id: ticket.id } };
    await ask(api.POST("/api/v1/tickets/{ticket_id}/relations", { params, body: { relation, otherId: other.id } }));
    await cache.invalidateQueries({ queryKey: relatedKey(ticket.id) });
  };
  return (
    <FormDialog
      title={t("relations.addTitle", { number: ticket.number })}
      does={t("relations.addDoes")}
      sending={sending}
      onSend={onSend}
      onClose={onClose}
      isOff={other === null}
    >
      <FindTicket not={ticket.id} chosen={other} onChoose={setOther} problem={sending.about("otherId")} />
      <SelectField
        label={t("relations.what")}
        value={relation}
        onChange={(event) => setRelation(event.target.value as RelationWord)}
      >
        {RELATIONS.map((one) => (
          <option key={one} value={one}>
            {t(`relations.is.${one}`)}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}
