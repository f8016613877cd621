import { useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { useState } from "react";
import { listStaff, listTeams } from "../live/desk";
import { listViews } from "../live/views";
import { useMe } from "../session/context";
import { PersonName } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { PRIORITIES, PriorityMark } from "../ui/Marks";
import { Picker } from "../ui/Picker";
import { useWords } from "../words";
import { ALL, isNarrowed, type Narrowed } from "./asked";
import css from "./Analytics.module.css";

interface Props {
  narrowed: Narrowed;
  onNarrow: (narrowed: Narrowed) => void;
}

/** Which tickets are counted: a saved view, an agent, a team, priorities, and what the search language can say. */
export function NarrowBar({ narrowed, onNarrow }: Props) {
  const { t } = useWords();
  const me = useMe();
  const views = useQuery(listViews).data ?? [];
  const staff = useQuery(listStaff).data ?? [];
  const teams = useQuery(listTeams).data ?? [];
  const set = (change: Partial<Narrowed>) => onNarrow({ ...narrowed, ...change });
  const other = (one: Narrowed["priority"][number]) =>
    narrowed.priority.includes(one) ? narrowed.priority.filter((kept) => kept !== one) : [...narrowed.priority, one];
  return (
    <div className={css.narrow} role="search" aria-label={t("analytics.which")}>
      <Picker<string | null>
        label={t("analytics.view")}
        searchable
        options={[{ value: null, name: t("analytics.allTickets") }, ...views.map((one) => ({ value: one.id, name: one.name }))]} // prettier-ignore
        value={narrowed.view}
        onPick={(view) => set({ view })}
        className={narrowed.view ? css.chosen : ""}
      >
        <span className="clip">{views.find((one) => one.id === narrowed.view)?.name ?? t("analytics.allTickets")}</span>
      </Picker>
      <Picker<string | null>
        label={t("analytics.agent")}
        searchable
        options={[
          { value: null, name: t("analytics.anybody") },
          { value: "none", name: t("analytics.nobody") },
          ...[...staff].sort((one, two) => Number(two.id === me.id) - Number(one.id === me.id)).map((one) => ({ value: one.id, name: one.name, look: <PersonName name={one.name} nobody="" /> })), // prettier-ignore
        ]}
        value={narrowed.assignedToId}
        onPick={(assignedToId) => set({ assignedToId })}
        className={narrowed.assignedToId ? css.chosen : ""}
      >
        {narrowed.assignedToId === null ? t("analytics.agent") : undefined}
      </Picker>
      <Picker<string | null>
        label={t("analytics.team")}
        searchable
        options={[
          { value: null, name: t("analytics.anyTeam") },
          { value: "mine", name: t("analytics.mine") },
          { value: "none", name: t("analytics.noTeam") },
          ...teams.map((one) => ({ value: one.id, name: one.name })),
        ]}
        value={narrowed.teamId}
        onPick={(teamId) => set({ teamId })}
        className={narrowed.teamId ? css.chosen : ""}
      >
        {narrowed.teamId === null ? t("analytics.team") : undefined}
      </Picker>
      <Picker
        label={t("analytics.priority")}
        several
        options={PRIORITIES.map((one) => ({ value: one, name: t(`priority.${one}`), look: <PriorityMark priority={one} /> }))} // prettier-ignore
        value={narrowed.priority}
        onPick={(one) => set({ priority: other(one) })}
        className={narrowed.priority.length > 0 ? css.chosen : ""}
      >
        {t("analytics.priority")} {narrowed.priority.length > 0 ? `· ${narrowed.priority.length}` : ""}
      </Picker>
      <Words key={narrowed.q} text={narrowed.q} onText={(q) => set({ q })} />
      {isNarrowed(narrowed) && (
        <Button look="quiet" onClick={() => onNarrow(ALL)}>
          <X size={14} aria-hidden /> {t("analytics.clear")}
        </Button>
      )}
    </div>
  );
}

/** Asks when one has finished: with Enter, or by going elsewhere. */
function Words({ text, onText }: { text: string; onText: (text: string) => void }) {
  const { t } = useWords();
  const [typed, setTyped] = useState(text);
  const done = () => {
    if (typed.trim() !== text) onText(typed.trim());
  };
  return (
    <form className={css.words} onSubmit={(event) => (event.preventDefault(), done())}>
      <label>
        <span className="sr-only">{t("analytics.words")}</span>
        <Search size={15} aria-hidden />
        <input
          type="search"
          placeholder={t("analytics.wordsHint")}
          maxLength={500}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={done}
        />
      </label>
    </form>
  );
}
