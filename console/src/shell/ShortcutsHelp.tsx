import { useState } from "react";
import { Dialog } from "../ui/Dialog";
import { knownShortcuts } from "../ui/keys";
import { useWords } from "../words";
import css from "./ShortcutsHelp.module.css";

const IS_MAC = navigator.userAgent.includes("Mac");
const DRAWN: Record<string, string> = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc", Enter: "↵", " ": "␣" };

function drawn(key: string): string {
  return key.replace("mod+", IS_MAC ? "⌘" : "Ctrl ").replace(/[A-Za-z]{2,}$/, (name) => DRAWN[name] ?? name);
}

/** Every key that means something where one is now. */
export function ShortcutsHelp({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const [known] = useState(knownShortcuts);
  return (
    <Dialog title={t("shell.shortcuts")} onClose={onClose}>
      <dl className={css.keys}>
        {known.map(({ keys, does }) => (
          <div key={keys}>
            <dt>
              {keys.split(" ").map((key, index) => (
                <span key={key + String(index)}>
                  {index > 0 && <small> {t("shell.then")} </small>}
                  <kbd>{drawn(key)}</kbd>
                </span>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
