/** A macro for this ticket: chosen, looked at, its text changed where one likes, and applied at once. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../api/client";
import type { TicketDetail } from "../conversation/state";
import { showTicket } from "../conversation/useTicket";
import { listMacros, type Macro } from "../live/macros";
import { SelectField, TextArea } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { useSending } from "../ui/sending";
import { Empty, Failed, Skeleton } from "../ui/States";
import { Dialog } from "../ui/Dialog";
import { Zap } from "lucide-react";
import { useWords } from "../words";
import css from "./MacroDialog.module.css";

interface Props {
  ticket: TicketDetail;
  seenSeq: number | null;
  onClose: () => void;
}

const NOT_SEEN = null;

export function MacroDialog(props: Props) {
  const { t } = useWords();
  const macros = useQuery(listMacros);
  if (macros.data && macros.data.length > 0) return <Choice {...props} macros={macros.data} />;
  return (
    <Dialog title={t("ticket.macro.title")} onClose={props.onClose}>
      {macros.data ? (
        <Empty icon={Zap} title={t("ticket.macro.none")}>
          <a href="#/settings/macros">{t("ticket.macro.make")}</a>
        </Empty>
      ) : macros.isError ? (
        <Failed error={macros.error} onAgain={() => void macros.refetch()} />
      ) : (
        <Skeleton lines={3} />
      )}
    </Dialog>
  );
}

function Choice({ ticket, seenSeq, onClose, macros }: Props & { macros: readonly Macro[] }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const sending = useSending(["content"]);
  const [chosen, setChosen] = useState(macros[0]?.id ?? "");
  const [edited, setEdited] = useState<Readonly<Record<string, string>>>({});
  const macro = macros.find((one) => one.id === chosen);
  const path = { ticket_id: ticket.id, macro_id: chosen };
  const preview = useQuery({
    queryKey: ["macro-preview", ticket.id, ticket.version, chosen],
    queryFn: () => ask(api.GET("/api/v1/tickets/{ticket_id}/macros/{macro_id}", { params: { path } })),
    retry: false,
  });
  const content = edited[chosen] ?? preview.data?.content ?? null;
  const onSend = async () => {
    const body = content === null ? {} : { content, seenSeq: preview.data?.isInternal ? NOT_SEEN : seenSeq };
    const done = await ask(api.POST("/api/v1/tickets/{ticket_id}/macros/{macro_id}", { params: { path }, body }));
    showTicket(cache, done.ticket);
  };
  return (
    <FormDialog
      title={t("ticket.macro.title")}
      does={t("ticket.macro.apply")}
      sending={sending}
      onSend={onSend}
      onClose={onClose}
      isOff={!preview.data}
    >
      <SelectField label={t("ticket.macro.choose")} value={chosen} onChange={(event) => setChosen(event.target.value)}>
        {macros.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </SelectField>
      {content !== null && (
        <TextArea
          label={t(preview.data?.isInternal ? "ticket.macro.note" : "ticket.macro.reply")}
          rows={6}
          maxLength={10_000}
          dir="auto"
          value={content}
          problem={sending.about("content")}
          onChange={(event) => setEdited({ ...edited, [chosen]: event.target.value })}
        />
      )}
      {preview.isError && <Failed error={preview.error} />}
      {macro && <Does macro={macro} />}
    </FormDialog>
  );
}

/** What it does besides. */
function Does({ macro }: { macro: Macro }) {
  const { t } = useWords();
  const { status, priority, assignedToId, teamId, setCustomFields } = macro.set as {
    status?: "open";
    priority?: "low";
    assignedToId?: string | null;
    teamId?: string | null;
    setCustomFields?: Record<string, unknown>;
  };
  const lines = [
    status && `${t("ticket.status")}: ${t(`status.${status}`)}`,
    priority && `${t("ticket.priority")}: ${t(`priority.${priority}`)}`,
    assignedToId !== undefined && t(assignedToId === "me" ? "ticket.assignMe" : "ticket.macro.assigns"),
    teamId !== undefined && t("ticket.macro.moves"),
    macro.addTags.length > 0 && t("ticket.macro.adds", { tags: macro.addTags.join(", ") }),
    macro.removeTags.length > 0 && t("ticket.macro.removes", { tags: macro.removeTags.join(", ") }),
    ...Object.keys(setCustomFields ?? {}),
  ].filter((line): line is string => Boolean(line));
  if (lines.length === 0) return null;
  return (
    <ul className={css.does}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}
