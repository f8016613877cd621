import { useQueryClient } from "@tanstack/react-query";
import { Plus, UsersRound } from "lucide-react";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { useStream } from "../../live/context";
import { Button } from "../../ui/Button";
import { useShown } from "../../ui/form";
import { Listing } from "../../ui/Listing";
import { Page } from "../../ui/Page";
import { Empty } from "../../ui/States";
import { useWords } from "../../words";
import { TeamCard } from "./TeamCard";
import { teamForm, TeamForm } from "./TeamForm";
import css from "./Teams.module.css";

/** Who works together. Admins make teams, agents look. */
export default function TeamsPage({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [isAdding, setIsAdding] = useShown(teamForm());
  const teams = usePages(["settings", "teams"], (cursor) =>
    ask(api.GET("/api/v1/teams", { params: { query: { cursor, limit: 50 } } })),
  );
  const changed = () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: ["settings", "teams"] }),
      cache.invalidateQueries({ queryKey: ["teams"] }),
    ]);
  useStream("desk", (told) => {
    const isTeam = told.kind === "happened" && told.event.type.startsWith("team.");
    if (isTeam || told.kind === "reset") void changed();
  });
  const add = isAdmin && (
    <Button look="primary" onClick={() => setIsAdding(true)}>
      <Plus size={15} aria-hidden /> {t("settings.teams.add")}
    </Button>
  );
  return (
    <Page title={t("settings.pages.teams")} about={t("settings.teams.about")} does={add}>
      <Listing
        of={teams}
        empty={
          <Empty icon={UsersRound} title={t("settings.teams.none")}>
            <p>{isAdmin ? t("settings.teams.noneAbout") : t("settings.teams.noneForAgents")}</p>
          </Empty>
        }
      >
        {(rows) => (
          <ul className={css.cards} aria-label={t("settings.pages.teams")}>
            {rows.map((team) => (
              <TeamCard key={team.id} team={team} isAdmin={isAdmin} onChanged={changed} />
            ))}
          </ul>
        )}
      </Listing>
      {isAdding && <TeamForm onClose={() => setIsAdding(false)} onChanged={changed} />}
    </Page>
  );
}
