import { useQuery } from "@tanstack/react-query";
import { Columns3, ListFilter, X } from "lucide-react";
import { memo, useEffect, useEffectEvent, useImperativeHandle, useRef, useState, type Ref } from "react";
import { listStaff, listTeams } from "../live/desk";
import { useMe } from "../session/context";
import { PersonName } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Filters, SearchInput } from "../ui/Filters";
import { PRIORITIES, PriorityMark, STATUSES, StatusMark } from "../ui/Marks";
import { Picker } from "../ui/Picker";
import { useWords } from "../words";
import { isNarrowed, trimmed, type Filter } from "./asked";
import { COLUMNS, type ColumnName } from "./columns";

const TYPING_MS = 250;

interface Props {
  filter: Filter;
  onFilter: (filter: Filter) => void;
  columns: readonly ColumnName[];
  onColumns: (columns: readonly ColumnName[]) => void;
  search: Ref<{ focus: () => void }>;
}

/** Narrow the list down: words in the search language, and what is chosen often. */
export const FilterBar = memo(function FilterBar({ filter, onFilter, columns, onColumns, search }: Props) {
  const { t } = useWords();
  const me = useMe();
  const staff = useQuery(listStaff).data ?? [];
  const teams = useQuery(listTeams).data ?? [];
  const set = (change: Partial<Filter>) => onFilter(trimmed({ ...filter, ...change }));
  const toggled = <V,>(all: readonly V[] | undefined, one: V): V[] =>
    all?.includes(one) ? all.filter((other) => other !== one) : [...(all ?? []), one];
  const any = { value: null, name: t("queue.any") };

  return (
    <Filters oneLine>
      <SearchField text={filter.q ?? ""} onText={(q) => set({ q })} handle={search} />
      <ListFilter size={15} className="faint" aria-hidden />
      <Picker
        label={t("queue.status")}
        several
        options={STATUSES.map((one) => ({ value: one, name: t(`status.${one}`), look: <StatusMark status={one} /> }))}
        value={filter.status ?? []}
        onPick={(one) => set({ status: toggled(filter.status, one) })}
        narrows={Boolean(filter.status?.length)}
      >
        {t("queue.status")} {filter.status?.length ? `· ${filter.status.length}` : ""}
      </Picker>
      <Picker
        label={t("queue.priority")}
        several
        options={PRIORITIES.map((one) => ({ value: one, name: t(`priority.${one}`), look: <PriorityMark priority={one} /> }))} // prettier-ignore
        value={filter.priority ?? []}
        onPick={(one) => set({ priority: toggled(filter.priority, one) })}
        narrows={Boolean(filter.priority?.length)}
      >
        {t("queue.priority")} {filter.priority?.length ? `· ${filter.priority.length}` : ""}
      </Picker>
      <Picker<string | null>
        label={t("queue.assignee")}
        searchable
        options={[
          any,
          { value: "me", name: t("queue.me"), look: <PersonName name={me.name} nobody="" /> },
          { value: "none", name: t("queue.nobody") },
          ...staff.filter((one) => one.id !== me.id).map((one) => ({ value: one.id, name: one.name, look: <PersonName name={one.name} nobody="" /> })), // prettier-ignore
        ]}
        value={filter.assignedToId ?? null}
        onPick={(assignedToId) => set({ assignedToId })}
        narrows={Boolean(filter.assignedToId)}
      >
        {t("queue.assignee")}
      </Picker>
      <Picker<string | null>
        label={t("queue.team")}
        searchable
        options={[
          any,
          { value: "mine", name: t("queue.mine") },
          { value: "none", name: t("queue.noTeam") },
          ...teams.map((one) => ({ value: one.id, name: one.name })),
        ]}
        value={filter.teamId ?? null}
        onPick={(teamId) => set({ teamId })}
        narrows={Boolean(filter.teamId)}
      >
        {t("queue.team")}
      </Picker>
      {isNarrowed(filter) && (
        <Button look="quiet" onClick={() => onFilter({})}>
          <X size={14} aria-hidden /> {t("queue.clear")}
        </Button>
      )}
      <span className="grow" />
      <Picker<ColumnName>
        label={t("queue.columns")}
        several
        options={COLUMNS.filter((name) => name !== "title").map((name) => ({ value: name, name: t(`queue.column.${name}`) }))} // prettier-ignore
        value={columns}
        onPick={(name) => onColumns(COLUMNS.filter((one) => toggled(columns, name).includes(one)))}
      >
        <Columns3 size={15} aria-hidden />
      </Picker>
    </Filters>
  );
});

interface SearchProps {
  text: string;
  onText: (text: string) => void;
  handle: Ref<{ focus: () => void }>;
}

/** Asks a moment after the last key; one types on meanwhile. */
function SearchField({ text, onText, handle }: SearchProps) {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(text);
  const [asked, setAsked] = useState(text);
  if (text !== asked) {
    // It was not asked for here: cleared, or another search.
    setAsked(text);
    setTyped(text);
  }
  const push = () => {
    setAsked(typed.trim());
    onText(typed.trim());
  };
  const pushLater = useEffectEvent(push);
  useImperativeHandle(handle, () => ({ focus: () => input.current?.select() }));
  useEffect(() => {
    if (typed.trim() === text) return undefined;
    const timer = setTimeout(() => pushLater(), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, text]);
  return (
    <SearchInput
      ref={input}
      label={t("queue.search")}
      placeholder={t("queue.searchHint")}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") push();
        if (event.key === "Escape") input.current?.blur();
      }}
    />
  );
}
