import { Check, Copy } from "lucide-react";
import { useId, useState } from "react";
import { useWords } from "../words";
import { Button } from "./Button";
import css from "./Copyable.module.css";

/** A text that is taken along: a key, a secret, an address. */
export function Copyable({ label, text }: { label: string; text: string }) {
  const { t } = useWords();
  const id = useId();
  const [isCopied, setIsCopied] = useState(false);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setIsCopied(true),
      () => document.getElementById(id)?.focus(), // not allowed: it is marked, and can be copied by hand
    );
  return (
    <div className={css.copyable}>
      <label htmlFor={id}>{label}</label>
      <div>
        <input id={id} readOnly value={text} dir="ltr" onFocus={(event) => event.target.select()} />
        <Button onClick={() => void copy()}>
          {isCopied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
          <span aria-live="polite">{isCopied ? t("ui.copied") : t("ui.copy")}</span>
        </Button>
      </div>
    </div>
  );
}
