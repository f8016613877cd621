import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, Refusal } from "../../api/client";
import { listTeams, type Team } from "../../live/desk";
import { SelectField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useSending } from "../../ui/sending";
import { useWords } from "../../words";

interface Props {
  team: Team;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

/** A team that tickets name can go only when they are put somewhere else. */
export function DeleteTeam({ team, onClose, onChanged }: Props) {
  const { t } = useWords();
  const sending = useSending();
  const others = (useQuery(listTeams).data ?? []).filter((one) => one.id !== team.id);
  const [moved, setMoved] = useState<number | null>(null);
  const [moveTo, setMoveTo] = useState("none");
  const onSend = async () => {
    const query = moved === null ? {} : { moveTo };
    try {
      await ask(api.DELETE("/api/v1/teams/{team_id}", { params: { path: { team_id: team.id }, query } }));
    } catch (error) {
      if (error instanceof Refusal && error.reason === "team_in_use") setMoved(Number(error.data["count"]));
      throw error;
    }
    await onChanged();
  };
  return (
    <FormDialog
      title={t("settings.teams.deleteTitle", { name: team.name })}
      does={moved === null ? t("ui.delete") : t("settings.teams.moveAndDelete")}
      sending={moved === null || !sending.problem ? sending : { ...sending, problem: "" }}
      onSend={onSend}
      onClose={onClose}
      isDanger
    >
      {moved === null ? (
        <p className="soft">{t("settings.teams.deleteAbout")}</p>
      ) : (
        <>
          <p role="alert">{t("settings.teams.inUse", { count: moved })}</p>
          <SelectField
            label={t("settings.teams.moveTo")}
            value={moveTo}
            onChange={(event) => setMoveTo(event.target.value)}
          >
            <option value="none">{t("settings.teams.moveToNone")}</option>
            {others.map((one) => (
              <option key={one.id} value={one.id}>
                {one.name}
              </option>
            ))}
          </SelectField>
        </>
      )}
    </FormDialog>
  );
}
