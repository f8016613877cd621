import { Archive, ArchiveRestore, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { api, ask } from "../../api/client";
import type { Team } from "../../live/desk";
import { Avatar } from "../../ui/Avatar";
import { Confirm } from "../../ui/Confirm";
import { useShows } from "../../ui/form";
import { Menu } from "../../ui/Menu";
import { Pill } from "../../ui/Pill";
import { useProblem } from "../../ui/States";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { DeleteTeam } from "./DeleteTeam";
import { teamForm, TeamForm } from "./TeamForm";
import css from "./Teams.module.css";

const MOST_NAMED = 8;

interface Props {
  team: Team;
  isAdmin: boolean;
  onChanged: () => Promise<unknown>;
}

export function TeamCard({ team, isAdmin, onChanged }: Props) {
  const { t } = useWords();
  const inWords = useProblem();
  const [shows, setShows] = useShows<"edit" | "rest" | "delete">(teamForm(team.id), "edit");
  const close = () => setShows(null);
  const more = team.members.length - MOST_NAMED;
  const activate = async (isActive: boolean) => {
    await ask(api.PATCH("/api/v1/teams/{team_id}", { params: { path: { team_id: team.id } }, body: { isActive } }));
    await onChanged();
  };
  return (
    <li className={css.card}>
      <div className={css.head}>
        <h2>{team.name}</h2>
        {!team.isActive && <Pill tone="plain">{t("settings.teams.inactive")}</Pill>}
        {isAdmin && (
          <Menu
            label={t("settings.teams.menu", { name: team.name })}
            icon={<Ellipsis size={16} aria-hidden />}
            items={[
              { name: t("ui.edit"), icon: <Pencil size={15} />, onPick: () => setShows("edit") },
              team.isActive
                ? { name: t("settings.teams.deactivate"), icon: <Archive size={15} />, onPick: () => setShows("rest") }
                : {
                    name: t("settings.teams.activate"),
                    icon: <ArchiveRestore size={15} />,
                    onPick: () =>
                      void activate(true).catch((error: unknown) => toast(inWords(error), { isProblem: true })),
                  },
              { name: t("ui.delete"), icon: <Trash2 size={15} />, isDanger: true, onPick: () => setShows("delete") },
            ]}
          />
        )}
      </div>
      {team.description && <p className={css.about}>{team.description}</p>}
      {team.members.length === 0 ? (
        <p className={css.about}>{t("settings.teams.noMembers")}</p>
      ) : (
        <ul className={css.members} aria-label={t("settings.teams.members")}>
          {team.members.slice(0, MOST_NAMED).map((member) => (
            <li key={member.id}>
              <Avatar name={member.name} />
              <span className="clip">{member.name}</span>
            </li>
          ))}
          {more > 0 && <li className={css.rest}>{t("settings.teams.more", { count: more })}</li>}
        </ul>
      )}
      {shows === "edit" && <TeamForm team={team} onClose={close} onChanged={onChanged} />}
      {shows === "rest" && (
        <Confirm
          title={t("settings.teams.deactivateTitle", { name: team.name })}
          does={t("settings.teams.deactivate")}
          isDanger={false}
          onConfirm={() => activate(false)}
          onClose={close}
        >
          {t("settings.teams.deactivateAbout")}
        </Confirm>
      )}
      {shows === "delete" && <DeleteTeam team={team} onClose={close} onChanged={onChanged} />}
    </li>
  );
}
