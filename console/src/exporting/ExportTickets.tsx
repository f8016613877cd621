import { useState } from "react";
import type { Schemas } from "../api/client";
import { CheckField } from "../ui/Field";
import { useWords } from "../words";
import { ExportDialog } from "./ExportDialog";
import css from "./ExportDialog.module.css";

type Tickets = NonNullable<Schemas["CreateExport"]["tickets"]>;
/** All that the API knows, each once, but for custom fields: those are columns by their keys. */
const KNOWN = {
  number: true,
  title: true,
  status: true,
  priority: true,
  requester: true,
  requesterEmail: true,
  createdBy: true,
  assignedTo: true,
  assignedToEmail: true,
  team: true,
  tags: true,
  createdAt: true,
  updatedAt: true,
  lastActivityAt: true,
  firstResponseAt: true,
  doneAt: true,
  reopenedCount: true,
  slaState: true,
  slaDueAt: true,
  description: true,
  customFields: true,
  id: true,
} as const;
type Column = keyof typeof KNOWN;
const COLUMNS = Object.keys(KNOWN) as Column[];

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
