import { Check, ChevronDown } from "lucide-react";
import {
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
} from "react";
import { useWords } from "../words";
import css from "./Picker.module.css";

export interface Option<V> {
  value: V;
  /** What it is called, and found by. */
  name: string;
  look?: ReactNode;
  hint?: string;
}

interface Props<V> {
  /** What is chosen here, as "Status". */
  label: string;
  options: readonly Option<V>[];
  value: V | readonly V[];
  onPick: (value: V) => void;
  /** What the button shows; the chosen option's look where it is left out. */
  children?: ReactNode;
  /** What is chosen, in words, where that is none of the options. */
  says?: string;
  /** Show a field to search in. `onSearch`: the options are found by whoever gives them. */
  searchable?: boolean;
  onSearch?: (text: string) => void;
  disabled?: boolean;
  /** Several can be chosen: it stays open. */
  several?: boolean;
  className?: string;
  /** It narrows down what is shown, and looks so. */
  narrows?: boolean;
  openRef?: React.RefObject<(() => void) | null>;
}

/** Which options a text finds: those with a word that begins so, in any order of words. */
export function found<V>(options: readonly Option<V>[], text: string): readonly Option<V>[] {
  const plain = (one: string) => one.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const wanted = plain(text).split(/\s+/).filter(Boolean);
  return options.filter((option) => {
    const words = plain(`${option.name} ${option.hint ?? ""}`).split(/[\s@.]+/);
    return wanted.every((word) => words.some((one) => one.startsWith(word)));
  });
}

/** A button that opens a list to choose from; with the keyboard as with the mouse (ARIA APG, select-only combobox). */
export function Picker<V>(props: Props<V>) {
  const { label, options, value, onPick, disabled, several = false, searchable = false } = props;
  const { t } = useWords();
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const wasOpen = useRef(false);
  const [isOpen, setIsOpen] = useState(false);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const isChosen = (one: V) => (Array.isArray(value) ? value.includes(one) : value === one);
  const shown = searchable && !props.onSearch ? found(options, text) : options;
  const chosen = options.find((option) => isChosen(option.value));
  const active = Math.min(at, shown.length - 1);

  const open = () => {
    setText("");
    props.onSearch?.("");
    setAt(Math.max(0, options.findIndex((option) => isChosen(option.value)))); // prettier-ignore
    setIsOpen(true);
  };
  const close = () => popover.current?.hidePopover();
  useImperativeHandle(props.openRef, () => open);
  useLayoutEffect(() => {
    if (!isOpen) return;
    popover.current?.showPopover();
    place(popover.current, button.current);
    (popover.current?.querySelector("input") ?? list.current)?.focus();
  }, [isOpen]);
  useLayoutEffect(() => {
    if (isOpen) list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [isOpen, active]);

  const pick = (option: Option<V> | undefined) => {
    if (!option) return;
    onPick(option.value);
    if (!several) close();
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((active + step + shown.length) % Math.max(1, shown.length));
    else if (event.key === "Home" && !searchable) setAt(0);
    else if (event.key === "End" && !searchable) setAt(shown.length - 1);
    else if (event.key === "Enter" || (event.key === " " && !searchable)) pick(shown[active]);
    else if (event.key === "Tab") return close();
    else if (!searchable && event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const next = shown.findIndex((one, index) => index > active && startsWith(one.name, event.key));
      const first = shown.findIndex((one) => startsWith(one.name, event.key));
      if (next >= 0 || first >= 0) setAt(next >= 0 ? next : first);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const named = {
    role: "combobox",
    "aria-expanded": isOpen,
    "aria-controls": `${id}-list`,
    "aria-activedescendant": isOpen && shown.length > 0 ? `${id}-${active}` : undefined,
  } as const;

  return (
    <>
      <button
        ref={button}
        type="button"
        className={`${css.button} ${props.narrows ? css.narrows : ""} ${props.className ?? ""}`}
        disabled={disabled}
        aria-haspopup="listbox"
        aria-expanded={isOpen}
        aria-label={`${label}: ${props.says ?? chosen?.name ?? t("ui.none")}`}
        title={label}
        onPointerDown={() => {
          wasOpen.current = isOpen;
        }}
        onClick={() => {
          // The press has closed it already, as one anywhere else does.
          if (!wasOpen.current) open();
          wasOpen.current = false;
        }}
      >
        {props.children ?? chosen?.look ?? chosen?.name}
        <ChevronDown size={12} className={css.arrow} aria-hidden />
      </button>
      <div
        ref={popover}
        popover="auto"
        className={css.popover}
        onToggle={(event) => {
          if (event.newState === "closed") setIsOpen(false);
        }}
        onKeyDown={onKey}
      >
        {isOpen && (
          <>
            {searchable && (
              <input
                {...named}
                aria-label={label}
                placeholder={t("ui.search")}
                autoComplete="off"
                value={text}
                onChange={(event) => {
                  setText(event.target.value);
                  setAt(0);
                  props.onSearch?.(event.target.value);
                }}
              />
            )}
            <ul
              ref={list}
              id={`${id}-list`}
              role="listbox"
              aria-label={label}
              aria-multiselectable={several || undefined}
              tabIndex={searchable ? -1 : 0}
              aria-activedescendant={!searchable && shown.length > 0 ? `${id}-${active}` : undefined}
              className="scroll"
            >
              {shown.map((option, index) => (
                <li
                  key={option.name + String(index)}
                  id={`${id}-${index}`}
                  role="option"
                  aria-selected={isChosen(option.value)}
                  className={index === active ? css.active : undefined}
                  onPointerMove={() => setAt(index)}
                  onClick={() => pick(option)}
                >
                  <span className={css.look}>{option.look ?? option.name}</span>
                  {option.hint && <span className={css.hint}>{option.hint}</span>}
                  {isChosen(option.value) && <Check size={14} aria-hidden />}
                </li>
              ))}
              {shown.length === 0 && <li className={css.none}>{t("ui.nothingFound")}</li>}
            </ul>
          </>
        )}
      </div>
    </>
  );
}

function startsWith(name: string, letter: string): boolean {
  return name.toLocaleLowerCase().startsWith(letter.toLocaleLowerCase());
}

/** Under what opened it, or above where there is no room; never out of the window. */
export function place(popover: HTMLElement | null, opener: HTMLElement | null): void {
  if (!popover || !opener) return;
  const at = opener.getBoundingClientRect();
  const size = popover.getBoundingClientRect();
  const isRtl = document.documentElement.dir === "rtl";
  const wanted = isRtl ? at.right - size.width : at.left;
  const left = Math.max(8, Math.min(wanted, innerWidth - size.width - 8));
  const below = at.bottom + 4;
  const top = below + size.height > innerHeight - 8 && at.top > size.height ? at.top - size.height - 4 : below;
  popover.style.left = `${left}px`;
  popover.style.top = `${Math.max(8, Math.min(top, innerHeight - size.height - 8))}px`;
}
