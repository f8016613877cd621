import { useEffect, useRef, type ReactNode, type SubmitEvent } from "react";
import { useWords } from "../words";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Problem } from "./Field";
import css from "./FormDialog.module.css";
import { Found } from "./FormSheet";
import type { Form } from "./form";
import type { Sending } from "./sending";

interface Props {
  title: string;
  /** What the button says. */
  does: string;
  /** A `Form`: closed by its cross, what was typed stays; `Cancel` throws it away. */
  sending: Sending & Partial<Pick<Form<object>, "show" | "forget" | "isFound">>;
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
    sending.show?.(true);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once, when it is opened
  }, []);
  const away = () => {
    sending.forget?.();
    onClose();
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void sending.send(onSend).then((isDone) => {
      if (isDone) {
        sending.forget?.();
        onDone();
      } else form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    });
  };
  return (
    <Dialog title={title} onClose={() => (sending.show?.(false), onClose())} wide={wide}>
      <form ref={form} className={css.form} onSubmit={onSubmit}>
        <Problem>{sending.problem}</Problem>
        {sending.isFound && <Found />}
        {children}
        <footer className={css.foot}>
          <Button onClick={away}>{t("ui.cancel")}</Button>
          <Button type="submit" look={isDanger ? "danger" : "primary"} busy={sending.isBusy} disabled={isOff}>
            {does}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
