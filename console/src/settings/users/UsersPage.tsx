import { useQueryClient } from "@tanstack/react-query";
import { UserPlus, Users } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { Button } from "../../ui/Button";
import { Listing } from "../../ui/Listing";
import { SearchInput } from "../../ui/Filters";
import { useShown } from "../../ui/form";
import { Bar, Page } from "../../ui/Page";
import { Rows } from "../../ui/Rows";
import { Empty } from "../../ui/States";
import { useWords } from "../../words";
import { Choose } from "../Choose";
import { personForm, PersonForm } from "./PersonForm";
import { PersonRow } from "./PersonRow";
import { ROLES, type DeskRole } from "./people";

const ROLE_FILTERS = ["any", ...ROLES] as const;
const STATES = ["active", "inactive", "any"] as const;

/** Everybody whom the desk knows. Admins add and change them, agents look. */
export default function UsersPage({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [text, setText] = useState("");
  const [role, setRole] = useState<DeskRole | "any">("any");
  const [state, setState] = useState<(typeof STATES)[number]>("active");
  const [isAdding, setIsAdding] = useShown(personForm());
  const q = useDeferredValue(text.trim());
  const people = usePages(["settings", "users", q, role, state], (cursor) =>
    ask(
      api.GET("/api/v1/users", {
        params: {
          query: {
            cursor,
            limit: 30,
            q: q || null,
            role: role === "any" ? null : role,
            isActive: state === "any" ? null : state === "active",
            sortBy: "name",
            sortOrder: "asc",
          },
        },
      }),
    ),
  );
  const changed = () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: ["settings", "users"] }),
      cache.invalidateQueries({ queryKey: ["settings", "person"] }),
      cache.invalidateQueries({ queryKey: ["staff"] }),
      cache.invalidateQueries({ queryKey: ["teams"] }),
    ]);
  const isFiltered = q !== "" || role !== "any" || state !== "active";
  return (
    <Page
      title={t("settings.pages.users")}
      about={t("settings.users.about")}
      does={
        isAdmin && (
          <Button look="primary" onClick={() => setIsAdding(true)}>
            <UserPlus size={15} aria-hidden /> {t("settings.users.add")}
          </Button>
        )
      }
    >
      <Bar>
        <SearchInput label={t("settings.users.find")} value={text} onChange={(event) => setText(event.target.value)} />
        <Choose
          label={t("settings.users.role")}
          value={role}
          onPick={setRole}
          options={ROLE_FILTERS.map((value) => ({
            value,
            name: value === "any" ? t("ui.all") : t(`settings.roles.${value}`),
          }))}
        />
        <Choose
          label={t("settings.users.state")}
          value={state}
          onPick={setState}
          options={STATES.map((value) => ({ value, name: t(`settings.users.states.${value}`) }))}
        />
      </Bar>
      <Listing
        of={people}
        empty={
          <Empty icon={Users} title={isFiltered ? t("ui.nothingFound") : t("settings.users.none")}>
            {isFiltered && <p>{t("settings.otherFilter")}</p>}
          </Empty>
        }
      >
        {(rows) => (
          <Rows
            label={t("settings.pages.users")}
            heads={[t("settings.users.name"), t("settings.users.role"), t("settings.users.state"), t("settings.added")]}
          >
            {rows.map((person) => (
              <PersonRow key={person.id} person={person} isAdmin={isAdmin} onChanged={changed} />
            ))}
          </Rows>
        )}
      </Listing>
      {isAdding && <PersonForm onClose={() => setIsAdding(false)} onChanged={changed} />}
    </Page>
  );
}
