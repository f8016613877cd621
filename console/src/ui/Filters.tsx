/** What narrows a list or figures down stands in one row, and looks the same everywhere. */
import { Search } from "lucide-react";
import type { InputHTMLAttributes, ReactNode, Ref } from "react";
import css from "./Filters.module.css";

interface Props {
  /** Which row it is, where a page has several. */
  label?: string;
  /** Where there is no room they stay in one line, and scroll. */
  oneLine?: boolean;
  children: ReactNode;
}

export function Filters({ label, oneLine = false, children }: Props) {
  return (
    <div className={`${css.filters} ${oneLine ? css.oneLine : ""}`} role="search" aria-label={label}>
      {children}
    </div>
  );
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  ref?: Ref<HTMLInputElement>;
}

/** Words to find something by. */
export function SearchInput({ label, placeholder = label, ...rest }: FieldProps) {
  return (
    <label className={css.search}>
      <span className="sr-only">{label}</span>
      <Search size={15} aria-hidden />
      <input type="search" maxLength={500} autoComplete="off" spellCheck={false} placeholder={placeholder} {...rest} />
    </label>
  );
}
