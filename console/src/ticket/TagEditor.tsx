import { Plus, X } from "lucide-react";
import { useId, useRef, useState } from "react";
import { useWords } from "../words";
import css from "./TagEditor.module.css";

const LONGEST = 50;
const MOST = 50;

/** Tags as small pieces; one types a new one and presses Enter or a comma. */
export function TagEditor({ tags, onChange }: { tags: readonly string[]; onChange: (tags: string[]) => void }) {
  const { t } = useWords();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState<string | null>(null);
  const add = () => {
    const fresh = (text ?? "").split(",").map((one) => one.trim()).filter(Boolean); // prettier-ignore
    const next = [...new Set([...tags, ...fresh])].slice(0, MOST);
    if (next.length !== tags.length) onChange(next);
    setText("");
  };
  return (
    <div className={css.tags}>
      {tags.map((tag) => (
        <span key={tag} className={css.tag}>
          <bdi className="clip">{tag}</bdi>
          <button
            type="button"
            aria-label={t("ticket.removeTag", { name: tag })}
            onClick={() => onChange(tags.filter((one) => one !== tag))}
          >
            <X size={12} aria-hidden />
          </button>
        </span>
      ))}
      {text === null ? (
        <button type="button" className={css.add} onClick={() => setText("")}>
          <Plus size={13} aria-hidden /> {t("ticket.addTag")}
        </button>
      ) : (
        <>
          <label htmlFor={id} className="sr-only">
            {t("ticket.addTag")}
          </label>
          <input
            ref={field}
            id={id}
            className={css.field}
            autoFocus
            maxLength={LONGEST}
            placeholder={t("ticket.addTag")}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => {
              add();
              setText(null);
            }}
            onKeyDown={(event) => {
              if (event.nativeEvent.isComposing) return;
              if (event.key === "Enter" || event.key === ",") add();
              else if (event.key === "Escape") setText(null);
              else if (event.key === "Backspace" && text === "" && tags.length > 0) onChange(tags.slice(0, -1));
              else return;
              event.preventDefault();
              event.stopPropagation();
            }}
          />
        </>
      )}
    </div>
  );
}
