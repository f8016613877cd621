import { useState } from "react";
import { api, ask } from "../api/client";
import { Button } from "../ui/Button";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";

interface Props {
  /** The ticket that was merged. */
  sourceId: string;
  until: string;
}

/** For a day; the hub says if it is too late after all. */
export function UndoMerge({ sourceId, until }: Props) {
  const { t } = useWords();
  const inWords = useProblem();
  const [isBusy, setIsBusy] = useState(false);
  const [isLate] = useState(() => Date.parse(until) < Date.now());
  if (isLate) return null;
  const undo = async () => {
    setIsBusy(true);
    try {
      await ask(api.POST("/api/v1/tickets/{ticket_id}/unmerge", { params: { path: { ticket_id: sourceId } } }));
      toast(t("relations.unmerged"));
    } catch (error) {
      toast(inWords(error), { isProblem: true });
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <Button look="quiet" busy={isBusy} onClick={() => void undo()}>
      {t("relations.undo")}
    </Button>
  );
}
