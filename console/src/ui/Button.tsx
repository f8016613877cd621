import type { ButtonHTMLAttributes, ReactNode } from "react";
import css from "./Button.module.css";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "plain" | "primary" | "quiet" | "danger";
  /** What it does is under way: it cannot be pressed again. */
  busy?: boolean;
}

export function Button({ look = "plain", busy = false, disabled, className = "", type = "button", ...rest }: Props) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled === true || busy}
      aria-busy={busy || undefined}
      className={`${css.button} ${css[look]} ${className}`}
    />
  );
}

/** Only a picture is seen; `label` is what it is called. */
export function IconButton({ label, children, ...rest }: Props & { label: string; children: ReactNode }) {
  return (
    <Button look="quiet" {...rest} className={`${css.square} ${rest.className ?? ""}`} aria-label={label} title={label}>
      {children}
    </Button>
  );
}
