import { useState } from "react";
import { api, ask } from "../api/client";
import type { TicketDetail } from "../conversation/state";
import { TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { useSending } from "../ui/sending";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import css from "./Related.module.css";

interface Props {
  ticket: TicketDetail;
  onClose: () => void;
  onSplit: (ticketId: string) => void;
}

/** Of what is shown of the conversation, the part that is another matter. */
export function SplitTicket({ ticket, onClose, onSplit }: Props) {
  const { t } = useWords();
  const sending = useSending(["title", "commentIds"]);
  const [title, setTitle] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const toggle = (id: string) => setChosen(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const onSend = async () => {
    const params = { path: { ticket_id: ticket.id } };
    const body = { commentIds: [...chosen], title: title.trim() };
    const made = await ask(api.POST("/api/v1/tickets/{ticket_id}/split", { params, body }));
    toast(t("relations.split", { number: made.number }));
    onSplit(made.id);
  };
  return (
    <FormDialog
      title={t("relations.splitTitle", { number: ticket.number })}
      does={t("relations.splitDoes")}
      sending={sending}
      onSend={onSend}
      onClose={onClose}
      isOff={chosen.length === 0 || title.trim() === ""}
    >
      <TextField
        label={t("relations.newTitle")}
        required
        maxLength={200}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        problem={sending.about("title")}
      />
      <fieldset className={`${css.comments} scroll`}>
        <legend>{t("relations.choose")}</legend>
        {ticket.comments.map((one) => (
          <label key={one.id}>
            <input type="checkbox" checked={chosen.includes(one.id)} onChange={() => toggle(one.id)} />
            <bdi className={css.number}>{one.authorName}</bdi>
            <bdi className="clip">{one.content}</bdi>
          </label>
        ))}
      </fieldset>
      {sending.about("commentIds") && <p role="alert">{sending.about("commentIds")}</p>}
    </FormDialog>
  );
}
