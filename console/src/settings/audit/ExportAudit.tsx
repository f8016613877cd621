import { useState } from "react";
import { ExportDialog } from "../../exporting/ExportDialog";
import { IconButton } from "../../ui/Button";
import { Download } from "lucide-react";
import { useWords } from "../../words";
import { fullTime } from "../../words/times";
import { asQuery, type AuditFilter } from "./filter";

interface Props {
  filter: AuditFilter;
  /** Who it is narrowed down to. */
  name: string | null;
}

/** What the page shows, as a file, to its end. */
export function ExportAudit({ filter, name }: Props) {
  const { t } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  const about = [
    t(`settings.audit.areas.${filter.area}`),
    ...(filter.userId !== null ? [name ?? t("settings.unknownPerson")] : []),
    ...(filter.from !== null ? [t("settings.audit.since", { at: fullTime(filter.from) })] : []),
  ];
  return (
    <>
      <IconButton label={t("exporting.audit")} onClick={() => setIsOpen(true)}>
        <Download size={16} />
      </IconButton>
      {isOpen && (
        <ExportDialog
          title={t("exporting.audit")}
          about={about.join(" · ")}
          question={{ audit: asQuery(filter) }}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}
