import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { Button } from "../../ui/Button";
import { useProblem } from "../../ui/States";
import { useWords } from "../../words";
import { number } from "../../words/times";
import css from "./Audit.module.css";

type Stretch = Schemas["Verification"];

/** Looks at the whole chain, stretch by stretch, and says how far it is and what it found. */
export function Verify() {
  const { t } = useWords();
  const problem = useProblem();
  const [last, setLast] = useState<Stretch | null>(null);
  const [rows, setRows] = useState(0);
  const [faults, setFaults] = useState<Stretch["faults"]>([]);
  const [failed, setFailed] = useState<string | null>(null);
  const [isRunning, setIsRunning] = useState(false);
  const look = async () => {
    setIsRunning(true);
    setFailed(null);
    setFaults([]);
    setRows(0);
    try {
      let part: Stretch | undefined;
      do {
        part = await ask(api.GET("/api/v1/audit/verification", { params: { query: { after: part?.upto ?? null } } }));
        const { faults: found, rows: read } = part;
        setLast(part);
        setRows((known) => known + read);
        setFaults((known) => [...known, ...found]);
      } while (!part.isDone);
    } catch (error) {
      setFailed(problem(error));
    }
    setIsRunning(false);
  };
  return (
    <div className={css.verify}>
      <Button onClick={() => void look()} disabled={isRunning}>
        <ShieldCheck size={15} aria-hidden /> {t("settings.audit.verify")}
      </Button>
      {isRunning && (
        <progress max={last?.lastSeq ?? 1} value={last?.upto ?? 0} aria-label={t("settings.audit.verify")} />
      )}
      <span role="status" data-bad={faults.length > 0 || failed !== null || undefined}>
        {failed ??
          (faults.length > 0
            ? faults
                .slice(0, 5)
                .map((one) => t("settings.audit.fault", { seq: number(one.seq), what: one.what }))
                .join(" ")
            : !isRunning && last && t("settings.audit.whole", { count: rows }))}
      </span>
    </div>
  );
}
