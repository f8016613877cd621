import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { api, ask } from "../../api/client";
import { listStaff, type Team } from "../../live/desk";
import { Avatar, PersonName } from "../../ui/Avatar";
import { SelectField, TextArea, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { Picker } from "../../ui/Picker";
import { useForm } from "../../ui/form";
import { useWords } from "../../words";
import css from "./Teams.module.css";

interface Member {
  id: string;
  name: string;
}

interface Props {
  team?: Team;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

interface TeamFields {
  name: string;
  description: string;
  members: readonly Member[];
  assignment: Team["assignment"];
  capacity: string;
}

const WAYS = ["manual", "round_robin", "least_busy"] as const;

export const teamForm = (id = "new") => `team.${id}`;

export function TeamForm({ team, onClose, onChanged }: Props) {
  const { t } = useWords();
  const form = useForm<TeamFields>(
    teamForm(team?.id),
    {
      name: team?.name ?? "",
      description: team?.description ?? "",
      assignment: team?.assignment ?? "manual",
      capacity: String(team?.capacity ?? ""),
      members: (team?.members ?? []).map(({ id, name }) => ({ id, name })),
    },
    { called: { members: "memberIds" } },
  );
  const { name, description, members, assignment, capacity } = form.fields;
  const onSend = async () => {
    const body = {
      name: name.trim(),
      description: description.trim(),
      assignment,
      capacity: capacity.trim() === "" ? null : Number(capacity),
      memberIds: members.map(({ id }) => id),
    };
    if (team) await ask(api.PATCH("/api/v1/teams/{team_id}", { params: { path: { team_id: team.id } }, body }));
    else await ask(api.POST("/api/v1/teams", { body }));
    await onChanged();
  };
  return (
    <FormDialog
      title={team ? t("settings.teams.editTitle", { name: team.name }) : t("settings.teams.add")}
      does={team ? t("ui.save") : t("settings.teams.create")}
      sending={form}
      onSend={onSend}
      onClose={onClose}
    >
      <TextField label={t("settings.teams.name")} required maxLength={100} {...form.text("name")} />
      <TextArea label={t("settings.teams.description")} rows={2} maxLength={500} {...form.text("description")} />
      <Members
        members={members}
        onChange={(chosen) => form.set({ members: chosen })}
        problem={form.about("memberIds")}
      />
      <SelectField
        label={t("settings.teams.assignment")}
        hint={t(`settings.teams.assignmentHint.${assignment ?? "manual"}`)}
        value={assignment}
        onChange={(event) => form.set({ assignment: event.target.value as TeamFields["assignment"] })}
      >
        {WAYS.map((way) => (
          <option key={way} value={way}>
            {t(`settings.teams.way.${way}`)}
          </option>
        ))}
      </SelectField>
      {assignment !== "manual" && (
        <TextField
          label={t("settings.teams.capacity")}
          hint={t("settings.teams.capacityHint")}
          type="number"
          min={1}
          max={10_000}
          {...form.text("capacity")}
        />
      )}
    </FormDialog>
  );
}

interface MembersProps {
  members: readonly Member[];
  onChange: (members: readonly Member[]) => void;
  problem: string | undefined;
}

function Members({ members, onChange, problem }: MembersProps) {
  const { t } = useWords();
  const staff = useQuery(listStaff);
  const ids = members.map(({ id }) => id);
  const without = (id: string) => onChange(members.filter((member) => member.id !== id));
  return (
    <fieldset className={css.field}>
      <legend>{t("settings.teams.members")}</legend>
      {members.length > 0 && (
        <ul className={css.chips}>
          {members.map((member) => (
            <li key={member.id}>
              <Avatar name={member.name} />
              <span className="clip">{member.name}</span>
              <button
                type="button"
                aria-label={t("settings.teams.takeOut", { name: member.name })}
                onClick={() => without(member.id)}
              >
                <X size={13} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Picker
        label={t("settings.teams.addMember")}
        several
        searchable
        disabled={staff.isPending}
        value={ids}
        options={(staff.data ?? []).map((one) => ({
          value: one.id,
          name: one.name,
          hint: one.email,
          look: <PersonName name={one.name} nobody="" />,
        }))}
        onPick={(id) => {
          const one = staff.data?.find((person) => person.id === id);
          if (ids.includes(id)) without(id);
          else if (one) onChange([...members, { id, name: one.name }]);
        }}
      >
        <Plus size={14} aria-hidden /> {t("settings.teams.addMember")}
      </Picker>
      {problem && <p className={css.problem}>{problem}</p>}
    </fieldset>
  );
}
