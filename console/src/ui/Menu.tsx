import { useId, useRef, type KeyboardEvent, type ReactNode } from "react";
import { IconButton } from "./Button";
import { place } from "./Picker";
import css from "./Menu.module.css";

export interface Item {
  name: string;
  icon?: ReactNode;
  onPick: () => void;
  isDanger?: boolean;
}

/** A button that opens a list of things to do (ARIA APG, menu button). */
export function Menu({ label, icon, items }: { label: string; icon: ReactNode; items: readonly Item[] }) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const around = useRef<HTMLSpanElement>(null);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...(menu.current?.querySelectorAll("button") ?? [])];
    const at = all.indexOf(document.activeElement as HTMLButtonElement);
    all[(at + step + all.length) % all.length]?.focus();
  };
  return (
    <span ref={around}>
      <IconButton label={label} popoverTarget={id} aria-haspopup="menu">
        {icon}
      </IconButton>
      <div
        ref={menu}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        className={css.menu}
        onKeyDown={move}
        onToggle={(event) => {
          if (event.newState !== "open") return;
          place(menu.current, around.current);
          menu.current?.querySelector("button")?.focus();
        }}
      >
        {items.map((item) => (
          <button
            key={item.name}
            role="menuitem"
            type="button"
            tabIndex={-1}
            className={item.isDanger ? css.danger : undefined}
            onClick={() => {
              menu.current?.hidePopover();
              item.onPick();
            }}
          >
            {item.icon}
            {item.name}
          </button>
        ))}
      </div>
    </span>
  );
}
