import { useState } from "react";
import { ExportDialog } from "../exporting/ExportDialog";
import { SelectField } from "../ui/Field";
import { useWords } from "../words";
import { dayName } from "../words/times";
import { BYS, isNarrowed, ranged, type Asked, type By } from "./asked";

type Table = "overview" | "series" | "backlog" | `by-${By}`;
const TABLES: readonly Table[] = ["overview", "series", ...BYS.map((by) => `by-${by}` as const), "backlog"];

/** The report, and by what it is told apart. */
function reportOf(table: Table) {
  if (table === "overview" || table === "series" || table === "backlog") return { report: table };
  return { report: "groups" as const, by: table.slice("by-".length) as By };
}

/** One of the page's tables as a file: of the days and the tickets that it shows. */
export function ExportFigures({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const { t } = useWords();
  const [table, setTable] = useState<Table>("overview");
  const { from, to } = asked.days;
  const days = table === "backlog" ? t("exporting.now") : `${dayName(from)} – ${dayName(to)}`;
  return (
    <ExportDialog
      title={t("exporting.figures")}
      about={`${days} · ${t(isNarrowed(asked.narrowed) ? "exporting.narrowed" : "analytics.allTickets")}`}
      question={{ analytics: { ...ranged(asked), ...reportOf(table) } }}
      onClose={onClose}
    >
      <SelectField
        label={t("exporting.table")}
        value={table}
        hint={table === "backlog" ? undefined : t("exporting.hours")}
        onChange={(event) => setTable(event.target.value as Table)}
      >
        {TABLES.map((one) => (
          <option key={one} value={one}>
            {t(`exporting.tables.${one}`)}
          </option>
        ))}
      </SelectField>
    </ExportDialog>
  );
}
