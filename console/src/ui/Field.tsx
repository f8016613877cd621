import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react"; // prettier-ignore
import css from "./Field.module.css";

interface Common {
  label: string;
  hint?: ReactNode;
  /** What is wrong with it. */
  problem?: string | undefined;
}

function useNames(hint: unknown, problem: unknown) {
  const id = useId();
  const about = [hint ? `${id}-hint` : "", problem ? `${id}-problem` : ""].filter(Boolean).join(" ");
  return { id, about: about || undefined };
}

function Around({ id, label, hint, problem, children }: Common & { id: string; children: ReactNode }) {
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      )}
      {problem !== undefined && (
        <p id={`${id}-problem`} className={css.problem}>
          {problem}
        </p>
      )}
    </div>
  );
}

/** A text goes in its own letters' direction, whatever the page's; where nothing is written yet it is the page's. */
function written(value: unknown): "auto" | undefined {
  return value === undefined || value === "" ? undefined : "auto";
}

export function TextField({ label, hint, problem, ...rest }: Common & InputHTMLAttributes<HTMLInputElement>) {
  const { id, about } = useNames(hint, problem);
  return (
    <Around {...{ id, label, hint, problem }}>
      <input
        dir={written(rest.value)}
        {...rest}
        id={id}
        className={css.input}
        aria-describedby={about}
        aria-invalid={problem !== undefined}
      />
    </Around>
  );
}

export function TextArea({ label, hint, problem, ...rest }: Common & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const { id, about } = useNames(hint, problem);
  return (
    <Around {...{ id, label, hint, problem }}>
      <textarea
        dir={written(rest.value)}
        {...rest}
        id={id}
        className={css.input}
        aria-describedby={about}
        aria-invalid={problem !== undefined}
      />
    </Around>
  );
}

export function SelectField({ label, hint, problem, ...rest }: Common & SelectHTMLAttributes<HTMLSelectElement>) {
  const { id, about } = useNames(hint, problem);
  return (
    <Around {...{ id, label, hint, problem }}>
      <select {...rest} id={id} className={css.input} aria-describedby={about} aria-invalid={problem !== undefined} />
    </Around>
  );
}

export function CheckField({ label, hint, ...rest }: Common & InputHTMLAttributes<HTMLInputElement>) {
  const { id, about } = useNames(hint, undefined);
  return (
    <div className={css.check}>
      <input {...rest} type="checkbox" id={id} aria-describedby={about} />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p id={`${id}-hint`} className={css.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** What went wrong, in a box that is also read out. */
export function Problem({ children }: { children: ReactNode }) {
  if (!children) return null;
  return (
    <p role="alert" className={css.alert}>
      {children}
    </p>
  );
}
