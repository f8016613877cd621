import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, ifMatch, Refusal } from "../../api/client";
import { listTeams } from "../../live/desk";
import type { View } from "../../live/views";
import { useMe } from "../../session/context";
import { SelectField, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useForm } from "../../ui/form";
import { useWords } from "../../words";

interface Props {
  view: View;
  isAdmin: boolean;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

const STALE = 412;

export const viewForm = (view: View) => `view.${view.id}`;

/** Its name and who sees it. Where somebody else changed it meanwhile, that is read first, and what was typed stays. */
export function ViewForm({ view, isAdmin, onClose, onChanged }: Props) {
  const { t } = useWords();
  const me = useMe();
  const all = useQuery(listTeams).data ?? [];
  const teams = isAdmin ? all : all.filter((team) => team.members.some((member) => member.id === me.id));
  const form = useForm(viewForm(view), { name: view.name, visibility: view.visibility, teamId: view.teamId ?? "" });
  const { name, visibility, teamId } = form.fields;
  const [isStale, setIsStale] = useState(false);
  const team = teamId || (teams[0]?.id ?? "");
  const onSend = async () => {
    const params = { path: { view_id: view.id }, header: ifMatch(view.version) };
    const body = { name: name.trim(), visibility, teamId: visibility === "team" ? team : null };
    try {
      await ask(api.PATCH("/api/v1/views/{view_id}", { params, body }));
    } catch (error) {
      setIsStale(error instanceof Refusal && error.status === STALE);
      await onChanged();
      throw error;
    }
    await onChanged();
  };
  return (
    <FormDialog
      title={t("settings.views.editTitle", { name: view.name })}
      does={t("ui.save")}
      sending={isStale && form.problem ? { ...form, problem: t("settings.views.stale") } : form}
      onSend={onSend}
      onClose={onClose}
    >
      <TextField label={t("settings.views.name")} required maxLength={100} {...form.text("name")} />
      <SelectField label={t("settings.views.seenBy")} {...form.text("visibility")}>
        <option value="private" disabled={view.ownerId !== null && view.ownerId !== me.id}>
          {t("settings.views.visibility.private")}
        </option>
        <option value="team" disabled={teams.length === 0}>
          {t("settings.views.visibility.team")}
        </option>
        <option value="all" disabled={!isAdmin}>
          {t("settings.views.visibility.all")}
        </option>
      </SelectField>
      {visibility === "team" && (
        <SelectField label={t("settings.views.team")} {...form.text("teamId")} value={team}>
          {teams.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
    </FormDialog>
  );
}
