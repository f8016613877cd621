import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useWords } from "../words";
import { IconButton } from "./Button";
import css from "./Dialog.module.css";

interface Props {
  title: string;
  onClose: () => void;
  children: ReactNode;
  wide?: boolean;
  /** Without a head of its own; `title` is only said. */
  bare?: boolean;
}

/** The browser's own modal dialog: it keeps the focus, gives it back, and closes with Escape. It is open while it is there. */
export function Dialog({ title, onClose, children, wide = false, bare = false }: Props) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  /** Whoever selects text and lets go outside wants to close nothing. */
  const beganOutside = useRef(false);
  const name = useId();
  useEffect(() => {
    const node = dialog.current;
    node?.showModal();
    // Whoever opens a form wants to write in it; the browser would begin at the button that closes it.
    node?.querySelector<HTMLElement>("input:not([hidden]), textarea, select")?.focus();
    return () => node?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`${css.dialog} ${wide ? css.wide : ""}`}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        beganOutside.current = event.target === dialog.current;
      }}
      onClick={(event) => {
        if (event.target === dialog.current && beganOutside.current) onClose();
      }}
    >
      <div className={bare ? css.bare : css.sheet}>
        <header className={bare ? "sr-only" : css.head}>
          <h2 id={name}>{title}</h2>
          {!bare && (
            <IconButton label={t("ui.close")} onClick={onClose}>
              <X size={16} />
            </IconButton>
          )}
        </header>
        {children}
      </div>
    </dialog>
  );
}
