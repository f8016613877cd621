import { api, ask, type Schemas } from "../../api/client";
import { CheckField, SelectField, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useForm } from "../../ui/form";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { isDeskRole, ROLES, type DeskRole, type Person } from "./people";

interface Props {
  /** Somebody who is there; left out: somebody new. */
  person?: Person;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

interface PersonFields {
  email: string;
  firstName: string;
  lastName: string;
  role: DeskRole;
  invite: boolean;
}

export const personForm = (id = "new") => `person.${id}`;

/** What is another now than it was: only that is sent. */
function differences(person: Person, now: Required<Pick<Schemas["ChangeUser"], "email" | "firstName" | "lastName">>) {
  const entries = Object.entries(now) as [keyof typeof now, string][];
  return Object.fromEntries(entries.filter(([field, value]) => person[field] !== value));
}

export function PersonForm({ person, onClose, onChanged }: Props) {
  const { t } = useWords();
  const form = useForm<PersonFields>(personForm(person?.id), {
    email: person?.email ?? "",
    firstName: person?.firstName ?? "",
    lastName: person?.lastName ?? "",
    role: person && isDeskRole(person.role) ? person.role : "AGENT",
    invite: true,
  });
  const { email, firstName, lastName, role, invite } = form.fields;

  const onSend = async () => {
    const names = { email: email.trim(), firstName: firstName.trim(), lastName: lastName.trim() };
    if (person) {
      const body = { ...differences(person, names), ...(role === person.role ? {} : { role }) };
      if (Object.keys(body).length > 0) {
        await ask(api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: person.id } }, body }));
      }
    } else {
      await ask(api.POST("/api/v1/users", { body: { ...names, role, invite } }));
      toast(invite ? t("settings.users.invited", { email }) : t("settings.users.addedOne", { name: firstName }));
    }
    await onChanged();
  };

  return (
    <FormDialog
      title={person ? t("settings.users.editTitle", { name: person.name }) : t("settings.users.add")}
      does={person ? t("ui.save") : invite ? t("settings.users.addAndInvite") : t("settings.users.addOnly")}
      sending={form}
      onSend={onSend}
      onClose={onClose}
    >
      <TextField
        label={t("settings.users.firstName")}
        required
        maxLength={100}
        autoComplete="off"
        {...form.text("firstName")}
      />
      <TextField label={t("settings.users.lastName")} maxLength={100} autoComplete="off" {...form.text("lastName")} />
      <TextField
        label={t("settings.users.email")}
        hint={person && email !== person.email ? t("settings.users.emailHint") : undefined}
        type="email"
        required
        maxLength={254}
        autoComplete="off"
        {...form.text("email")}
      />
      <SelectField label={t("settings.users.role")} hint={t(`settings.users.roleHint.${role}`)} {...form.text("role")}>
        {ROLES.map((one) => (
          <option key={one} value={one}>
            {t(`settings.roles.${one}`)}
          </option>
        ))}
      </SelectField>
      {!person && (
        <CheckField label={t("settings.users.invite")} hint={t("settings.users.inviteHint")} {...form.box("invite")} />
      )}
    </FormDialog>
  );
}
