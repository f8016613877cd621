import { useState } from "react";
import { api, ask } from "../api/client";
import type { TicketDetail } from "../conversation/state";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Problem } from "../ui/Field";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";

interface Props {
  ticket: TicketDetail;
  onDone: () => void;
  onDeleted: () => void;
}

export function DeleteTicket({ ticket, onDone, onDeleted }: Props) {
  const { t } = useWords();
  const inWords = useProblem();
  const [problem, setProblem] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const remove = async () => {
    setIsBusy(true);
    try {
      await ask(api.DELETE("/api/v1/tickets/{ticket_id}", { params: { path: { ticket_id: ticket.id } } }));
      toast(t("ticket.deleted", { number: ticket.number }));
      onDeleted();
    } catch (error) {
      setIsBusy(false);
      setProblem(inWords(error));
    }
  };
  return (
    <Dialog title={t("ticket.deleteAsk", { number: ticket.number })} onClose={onDone}>
      <p>{t("ticket.deleteHint")}</p>
      <Problem>{problem}</Problem>
      <div className="row">
        <Button look="danger" busy={isBusy} onClick={() => void remove()}>
          {t("ui.delete")}
        </Button>
        <Button onClick={onDone}>{t("ui.cancel")}</Button>
      </div>
    </Dialog>
  );
}
