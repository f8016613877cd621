import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useState } from "react";
import { listStaff, listTeams } from "../live/desk";
import { listViews } from "../live/views";
import { useMe } from "../session/context";
import { PersonName } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Filters, SearchInput } from "../ui/Filters";
import { PRIORITIES, PriorityMark } from "../ui/Marks";
import { Picker } from "../ui/Picker";
import { useWords } from "../words";
import { ALL, isNarrowed, type Narrowed } from "./asked";

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
    <Filters label={t("analytics.which")}>
      <Picker<string | null>
        label={t("analytics.view")}
        searchable
        options={[{ value: null, name: t("analytics.allTickets") }, ...views.map((one) => ({ value: one.id, name: one.name }))]} // prettier-ignore
        value={narrowed.view}
        onPick={(view) => set({ view })}
        narrows={narrowed.view !== null}
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
        narrows={narrowed.assignedToId !== null}
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
        narrows={narrowed.teamId !== null}
      >
        {narrowed.teamId === null ? t("analytics.team") : undefined}
      </Picker>
      <Picker
        label={t("analytics.priority")}
        several
        options={PRIORITIES.map((one) => ({ value: one, name: t(`priority.${one}`), look: <PriorityMark priority={one} /> }))} // prettier-ignore
        value={narrowed.priority}
        onPick={(one) => set({ priority: other(one) })}
        narrows={narrowed.priority.length > 0}
      >
        {t("analytics.priority")} {narrowed.priority.length > 0 ? `· ${narrowed.priority.length}` : ""}
      </Picker>
      <Words key={narrowed.q} text={narrowed.q} onText={(q) => set({ q })} />
      {isNarrowed(narrowed) && (
        <Button look="quiet" onClick={() => onNarrow(ALL)}>
          <X size={14} aria-hidden /> {t("analytics.clear")}
        </Button>
      )}
    </Filters>
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
    <SearchInput
      label={t("analytics.words")}
      placeholder={t("analytics.wordsHint")}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === "Enter") done();
      }}
    />
  );
}
