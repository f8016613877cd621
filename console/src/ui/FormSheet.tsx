import { PencilLine } from "lucide-react";
import type { ReactNode, SubmitEvent } from "react";
import { useWords } from "../words";
import { Button } from "./Button";
import { Problem } from "./Field";
import css from "./FormSheet.module.css";
import type { Form } from "./form";
import { toast } from "./toasts";

interface Props {
  form: Pick<Form<object>, "send" | "problem" | "isFound" | "isChanged" | "isBusy" | "forget">;
  onSave: () => Promise<unknown>;
  children: ReactNode;
  /** What else can be done with it. */
  does?: ReactNode;
  wide?: boolean;
}

/** A form that stands on a page: what was changed in it stays until it is saved or thrown away. */
export function FormSheet({ form, onSave, children, does, wide = false }: Props) {
  const { t } = useWords();
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void form.send(onSave).then((isDone) => {
      if (!isDone) return;
      form.forget();
      toast(t("ui.saved"));
    });
  };
  return (
    <form className={`${css.form} ${wide ? css.wide : ""}`} onSubmit={onSubmit}>
      <Problem>{form.problem}</Problem>
      {form.isFound && <Found />}
      {children}
      <div className={css.does}>
        <Button type="submit" look="primary" busy={form.isBusy} disabled={!form.isChanged}>
          {t("ui.save")}
        </Button>
        {form.isChanged && <Button onClick={form.forget}>{t("ui.throwAway")}</Button>}
        {does}
      </div>
    </form>
  );
}

/** It begins with what was left here. */
export function Found() {
  const { t } = useWords();
  return (
    <p role="status" className={css.found}>
      <PencilLine size={15} aria-hidden /> {t("ui.found")}
    </p>
  );
}
