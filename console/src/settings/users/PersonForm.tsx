import { useState } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { CheckField, SelectField, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useSending } from "../../ui/sending";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { isDeskRole, ROLES, type DeskRole, type Person } from "./people";

interface Props {
  /** Somebody who is there; left out: somebody new. */
  person?: Person;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

/** What is another now than it was: only that is sent. */
function differences(person: Person, now: Required<Pick<Schemas["ChangeUser"], "email" | "firstName" | "lastName">>) {
  const entries = Object.entries(now) as [keyof typeof now, string][];
  return Object.fromEntries(entries.filter(([field, value]) => person[field] !== value));
}

export function PersonForm({ person, onClose, onChanged }: Props) {
  const { t } = useWords();
  const sending = useSending(["email", "firstName", "lastName", "role"]);
  const [email, setEmail] = useState(person?.email ?? "");
  const [firstName, setFirstName] = useState(person?.firstName ?? "");
  const [lastName, setLastName] = useState(person?.lastName ?? "");
  const [role, setRole] = useState<DeskRole>(person && isDeskRole(person.role) ? person.role : "AGENT");
  const [invite, setInvite] = useState(true);

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
      sending={sending}
      onSend={onSend}
      onClose={onClose}
    >
      <TextField
        label={t("settings.users.firstName")}
        required
        maxLength={100}
        autoComplete="off"
        value={firstName}
        onChange={(event) => setFirstName(event.target.value)}
        problem={sending.about("firstName")}
      />
      <TextField
        label={t("settings.users.lastName")}
        maxLength={100}
        autoComplete="off"
        value={lastName}
        onChange={(event) => setLastName(event.target.value)}
        problem={sending.about("lastName")}
      />
      <TextField
        label={t("settings.users.email")}
        hint={person && email !== person.email ? t("settings.users.emailHint") : undefined}
        type="email"
        required
        maxLength={254}
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        problem={sending.about("email")}
      />
      <SelectField
        label={t("settings.users.role")}
        hint={t(`settings.users.roleHint.${role}`)}
        value={role}
        onChange={(event) => setRole(event.target.value as DeskRole)}
        problem={sending.about("role")}
      >
        {ROLES.map((one) => (
          <option key={one} value={one}>
            {t(`settings.roles.${one}`)}
          </option>
        ))}
      </SelectField>
      {!person && (
        <CheckField
          label={t("settings.users.invite")}
          hint={t("settings.users.inviteHint")}
          checked={invite}
          onChange={(event) => setInvite(event.target.checked)}
        />
      )}
    </FormDialog>
  );
}
