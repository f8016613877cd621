import { useEffect, useRef, type ReactNode, type SubmitEvent } from "react";
import { useWords } from "../words";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Problem } from "./Field";
import css from "./FormDialog.module.css";
import type { Sending } from "./sending";

interface Props {
  title: string;
  /** What the button says. */
  does: string;
  sending: Sending;
  onSend: () => Promise<unknown>;
  onClose: () => void;
  /** When it was sent; it closes where this is left out. */
  onDone?: () => void;
  children: ReactNode;
  isDanger?: boolean;
  wide?: boolean;
  /** It cannot be sent yet. */
  isOff?: boolean;
}

/** A few fields, sent together. */
export function FormDialog({
  title,
  does,
  sending,
  onSend,
  onClose,
  children,
  onDone = onClose,
  isDanger,
  wide,
  isOff,
}: Props) {
  const { t } = useWords();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select")?.focus();
  }, []);
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void sending.send(onSend).then((isDone) => {
      if (isDone) onDone();
      else form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    });
  };
  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form ref={form} className={css.form} onSubmit={onSubmit}>
        <Problem>{sending.problem}</Problem>
        {children}
        <footer className={css.foot}>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button type="submit" look={isDanger ? "danger" : "primary"} busy={sending.isBusy} disabled={isOff}>
            {does}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
