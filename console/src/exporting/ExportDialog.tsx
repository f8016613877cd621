import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState, type ReactNode } from "react";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Problem, SelectField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { useSending } from "../ui/sending";
import { useProblem } from "../ui/States";
import { useWords } from "../words";
import { number, timeZone } from "../words/times";
import { begin, fileOf, giveUp, lookAt, separatorFor, shareOf, type Asked, type Export } from "./ask";
import css from "./ExportDialog.module.css";

const LOOK_EVERY_MS = 800;

interface Props {
  title: string;
  /** Which rows: said again, so that nobody takes more home than they meant to. */
  about: ReactNode;
  /** What is in it. */
  question: Pick<Asked, "tickets" | "audit" | "analytics">;
  /** What else can be chosen. */
  children?: ReactNode;
  /** It cannot be asked for yet. */
  isOff?: boolean;
  onClose: () => void;
}

/** Asks for a file, shows how far it is, and gives it out. Closed before its end, it is told of when it is there. */
export function ExportDialog({ question, title, ...rest }: Props) {
  const [id, setId] = useState<string | null>(null);
  if (id !== null) return <Progress id={id} title={title} onClose={rest.onClose} />;
  return <Form {...{ question, title }} {...rest} onBegun={setId} />;
}

function Form({
  title,
  about,
  question,
  children,
  isOff,
  onClose,
  onBegun,
}: Props & { onBegun: (id: string) => void }) {
  const { t } = useWords();
  const sending = useSending(["format"]);
  const [format, setFormat] = useState<"csv" | "pdf">("csv");
  const [separator, setSeparator] = useState(() => separatorFor(navigator.language));
  const send = async () => onBegun((await begin({ ...question, format, separator, timeZone: timeZone() })).id);
  return (
    <FormDialog
      title={title}
      does={t("exporting.begin")}
      sending={sending}
      onSend={send}
      onDone={() => undefined}
      onClose={onClose}
      isOff={isOff ?? false}
    >
      <p className="faint">{about}</p>
      <SelectField
        label={t("exporting.format")}
        value={format}
        hint={format === "pdf" ? t("exporting.pdfAbout") : t("exporting.csvAbout")}
        problem={sending.about("format")}
        onChange={(event) => setFormat(event.target.value as "csv" | "pdf")}
      >
        <option value="csv">CSV (Excel, LibreOffice)</option>
        <option value="pdf">PDF</option>
      </SelectField>
      {format === "csv" && (
        <SelectField
          label={t("exporting.separator")}
          value={separator}
          hint={t("exporting.separatorAbout")}
          onChange={(event) => setSeparator(event.target.value as "comma" | "semicolon")}
        >
          <option value="comma">{t("exporting.comma")}</option>
          <option value="semicolon">{t("exporting.semicolon")}</option>
        </SelectField>
      )}
      {children}
    </FormDialog>
  );
}

function Progress({ id, title, onClose }: { id: string; title: string; onClose: () => void }) {
  const { t } = useWords();
  const inWords = useProblem();
  const found = useQuery({
    queryKey: ["exporting", id],
    queryFn: () => lookAt(id),
    refetchInterval: ({ state }) => (hasEnded(state.data) ? false : LOOK_EVERY_MS),
  });
  const one = found.data;
  const stop = () => {
    void giveUp(id).catch(() => undefined);
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="stack">
        {found.isError && <Problem>{inWords(found.error)}</Problem>}
        {one?.status === "failed" ? (
          <Problem>{t(`exporting.problem.${one.problem ?? "broken"}`)}</Problem>
        ) : (
          <>
            <progress className={css.bar} aria-label={title} max={1} value={(one && shareOf(one)) ?? undefined} />
            <p role="status">{one ? t(`exporting.status.${one.status}`, told(one)) : t("exporting.status.asked")}</p>
          </>
        )}
        <footer className={css.foot}>
          {!hasEnded(one) && <Button onClick={stop}>{t("exporting.giveUp")}</Button>}
          {!hasEnded(one) && <Button onClick={onClose}>{t("exporting.goOn")}</Button>}
          {one?.status === "done" && (
            <a className={css.fetch} href={fileOf(id)} download={one.filename} onClick={() => setTimeout(onClose, 400)}>
              <Download size={15} aria-hidden /> {t("exporting.fetch")}
            </a>
          )}
        </footer>
      </div>
    </Dialog>
  );
}

function hasEnded(one: Export | undefined): boolean {
  return one?.status === "done" || one?.status === "failed";
}

function told(one: Export) {
  return { count: one.rowsDone, done: number(one.rowsDone), expected: number(one.rowsExpected ?? 0) };
}
