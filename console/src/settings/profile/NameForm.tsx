import { api, ask } from "../../api/client";
import { meIsNow, type Me } from "../../session/session";
import { TextField } from "../../ui/Field";
import { useForm } from "../../ui/form";
import { FormSheet } from "../../ui/FormSheet";
import { useWords } from "../../words";

export function NameForm({ me }: { me: Me }) {
  const { t } = useWords();
  const form = useForm("me", { firstName: me.firstName, lastName: me.lastName });
  const save = async () => {
    const body = { firstName: form.fields.firstName.trim(), lastName: form.fields.lastName.trim() };
    meIsNow(await ask(api.PATCH("/api/v1/users/me", { body })));
  };
  return (
    <FormSheet form={form} onSave={save}>
      <TextField
        label={t("settings.users.firstName")}
        required
        maxLength={100}
        autoComplete="given-name"
        {...form.text("firstName")}
      />
      <TextField
        label={t("settings.users.lastName")}
        maxLength={100}
        autoComplete="family-name"
        {...form.text("lastName")}
      />
    </FormSheet>
  );
}
