/** Short words about what happened, with a way back where there is one. */
import { useSyncExternalStore } from "react";
import { Button } from "./Button";
import css from "./toasts.module.css";

export interface Toast {
  id: number;
  text: string;
  /** A way to go: undo, or look at it. */
  action?: { name: string; onPick: () => void };
  isProblem?: boolean;
}

const STAYS_MS = 6000;
let shown: readonly Toast[] = [];
let count = 0;
const listeners = new Set<() => void>();

function become(next: readonly Toast[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Returns how to take it away again. */
export function toast(text: string, more: Omit<Toast, "id" | "text"> & { staysMs?: number } = {}): () => void {
  const { staysMs = STAYS_MS, ...rest } = more;
  count += 1;
  const one: Toast = { id: count, text, ...rest };
  become([...shown.slice(-3), one]);
  const gone = () => become(shown.filter((other) => other.id !== one.id));
  setTimeout(gone, staysMs);
  return gone;
}

export function Toasts() {
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <div className={css.toasts} role="status" aria-live="polite">
      {toasts.map((one) => (
        <div key={one.id} className={`${css.toast} ${one.isProblem ? css.problem : ""}`}>
          <span>{one.text}</span>
          {one.action && (
            <Button
              look="quiet"
              onClick={() => {
                one.action?.onPick();
                become(shown.filter((other) => other.id !== one.id));
              }}
            >
              {one.action.name}
            </Button>
          )}
        </div>
      ))}
    </div>
  );
}
