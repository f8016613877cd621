import { useState } from "react";
import type { Schemas } from "../api/client";
import { CheckField } from "../ui/Field";
import { useWords } from "../words";
import { ExportDialog } from "./ExportDialog";
import css from "./ExportDialog.module.css";

type Tickets = NonNullable<Schemas["CreateExport"]["tickets"]>;
type Column = NonNullable<Tickets["columns"]>[number];
const COLUMNS = [
  "number",
  "title",
  "status",
  "priority",
  "requester",
  "requesterEmail",
  "createdBy",
  "assignedTo",
  "assignedToEmail",
  "team",
  "tags",
  "createdAt",
  "updatedAt",
  "lastActivityAt",
  "firstResponseAt",
  "doneAt",
  "reopenedCount",
  "description",
  "customFields",
  "id",
] as const satisfies readonly Column[];

interface Props {
  /** The name of the list. */
  name: string;
  /** How many it is, as it is shown. */
  shown: string;
  tickets: Omit<Tickets, "columns">;
  /** Those that the list shows. */
  columns: readonly string[];
  onClose: () => void;
}

/** The tickets of a list as a file, with any columns. */
export function ExportTickets({ name, shown, tickets, columns, onClose }: Props) {
  const { t } = useWords();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(() => new Set(columns));
  const wanted = COLUMNS.filter((column) => chosen.has(column));
  const choose = (column: string) => {
    const next = new Set(chosen);
    if (!next.delete(column)) next.add(column);
    setChosen(next);
  };
  return (
    <ExportDialog
      title={t("exporting.tickets")}
      about={t("exporting.ticketsAbout", { name, shown })}
      question={{ tickets: { ...tickets, columns: wanted } }}
      isOff={wanted.length === 0}
      onClose={onClose}
    >
      <fieldset className={css.columns}>
        <legend>{t("exporting.columns")}</legend>
        {COLUMNS.map((column) => (
          <CheckField
            key={column}
            label={t(`exporting.column.${column}`)}
            checked={chosen.has(column)}
            onChange={() => choose(column)}
          />
        ))}
      </fieldset>
    </ExportDialog>
  );
}
