import { useQuery } from "@tanstack/react-query";
import {
  Bell,
  ChartColumn,
  CirclePlus,
  Inbox,
  LogOut,
  Moon,
  Search,
  Settings,
  Ticket,
  type LucideIcon,
} from "lucide-react";
import { useDeferredValue, useId, useState, type KeyboardEvent } from "react";
import { useLocation } from "wouter";
import { api, ask } from "../api/client";
import { listViews } from "../live/views";
import { signOut } from "../session/session";
import { Dialog } from "../ui/Dialog";
import { found, type Option } from "../ui/Picker";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { currentTheme, showTheme } from "../ui/theme";
import { useWords } from "../words";
import css from "./Palette.module.css";

interface Step {
  icon: LucideIcon;
  run: () => void;
}

/** Go to anything, or do it, by its name (ARIA APG, combobox with a list). */
export function Palette({ onClose, onNew }: { onClose: () => void; onNew: () => void }) {
  const { t } = useWords();
  const id = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const steps = useSteps(text, onNew);
  const active = Math.min(at, steps.length - 1);
  const take = (step: Option<Step> | undefined) => {
    if (!step) return;
    onClose();
    step.value.run();
  };
  const onKey = (event: KeyboardEvent) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) setAt((active + move + steps.length) % Math.max(1, steps.length));
    else if (event.key === "Enter") take(steps[active]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title={t("shell.palette")} onClose={onClose} bare>
      <div className={css.field}>
        <Search size={16} aria-hidden />
        <input
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={steps.length > 0 ? `${id}-${active}` : undefined}
          aria-label={t("shell.palette")}
          placeholder={t("shell.paletteHint")}
          autoFocus
          autoComplete="off"
          value={text}
          onKeyDown={onKey}
          onChange={(event) => {
            setText(event.target.value);
            setAt(0);
          }}
        />
      </div>
      <ul id={`${id}-list`} role="listbox" aria-label={t("shell.palette")} className={`${css.list} scroll`}>
        {steps.map((step, index) => (
          <li
            key={step.name + String(index)}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            ref={(node) => {
              if (index === active) node?.scrollIntoView({ block: "nearest" });
            }}
            onPointerMove={() => setAt(index)}
            onClick={() => take(step)}
          >
            <step.value.icon size={16} aria-hidden />
            <span className="clip grow">{step.name}</span>
            {step.hint && <span className="faint">{step.hint}</span>}
          </li>
        ))}
        {steps.length === 0 && <li className="faint">{t("shell.paletteNone")}</li>}
      </ul>
    </Dialog>
  );
}

function useSteps(text: string, onNew: () => void): readonly Option<Step>[] {
  const { t } = useWords();
  const [, go] = useLocation();
  const views = useQuery(listViews).data ?? [];
  const asked = useDeferredValue(text.trim());
  const tickets = useQuery({
    queryKey: ["palette", asked],
    queryFn: () =>
      ask(
        api.GET("/api/v1/tickets", { params: { query: { q: /^\d+$/.test(asked) ? `#${asked}` : asked, limit: 6 } } }),
      ),
    enabled: asked.length > 1,
    retry: false,
    gcTime: 60_000,
  });
  const inWords = useProblem();
  const leave = () => signOut().catch((error: unknown) => void toast(inWords(error), { isProblem: true }));
  const to = (name: string, path: string, icon: LucideIcon): Option<Step> => ({
    name,
    value: { icon, run: () => go(path) },
  });
  const fixed: Option<Step>[] = [
    { name: t("shell.newTicket"), hint: "c", value: { icon: CirclePlus, run: onNew } },
    ...views.map((view) => to(view.name, `/views/${view.id}`, Inbox)),
    to(t("shell.notifications"), "/notifications", Bell),
    to(t("shell.analytics"), "/analytics", ChartColumn),
    to(t("shell.settings"), "/settings", Settings),
    {
      name: `${t("shell.theme")}: ${currentTheme() === "dark" ? t("shell.themeLight") : t("shell.themeDark")}`,
      value: { icon: Moon, run: () => showTheme(currentTheme() === "dark" ? "light" : "dark") },
    },
    { name: t("shell.signOut"), value: { icon: LogOut, run: () => void leave() } },
  ];
  const searched = asked
    ? [to(t("shell.searchFor", { text: asked }), `/search/${encodeURIComponent(asked)}`, Search)]
    : [];
  const ticketSteps = (asked ? (tickets.data?.data ?? []) : []).map((ticket) => ({
    ...to(ticket.title, `/tickets/${ticket.id}`, Ticket),
    hint: `#${ticket.number}`,
  }));
  return [...found(fixed, text), ...ticketSteps, ...searched];
}
