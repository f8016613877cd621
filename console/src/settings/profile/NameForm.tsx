import { useState, type SubmitEvent } from "react";
import { api, ask } from "../../api/client";
import { meIsNow, type Me } from "../../session/session";
import { Button } from "../../ui/Button";
import { Problem, TextField } from "../../ui/Field";
import { useSending } from "../../ui/sending";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import css from "./Profile.module.css";

export function NameForm({ me }: { me: Me }) {
  const { t } = useWords();
  const sending = useSending(["firstName", "lastName"]);
  const [firstName, setFirstName] = useState(me.firstName);
  const [lastName, setLastName] = useState(me.lastName);
  const isSame = firstName.trim() === me.firstName && lastName.trim() === me.lastName;
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void sending.send(async () => {
      const body = { firstName: firstName.trim(), lastName: lastName.trim() };
      const now = await ask(api.PATCH("/api/v1/users/me", { body }));
      meIsNow(now);
      toast(t("ui.saved"));
    });
  };
  return (
    <form className={css.form} onSubmit={onSubmit}>
      <Problem>{sending.problem}</Problem>
      <TextField
        label={t("settings.users.firstName")}
        required
        maxLength={100}
        autoComplete="given-name"
        value={firstName}
        onChange={(event) => setFirstName(event.target.value)}
        problem={sending.about("firstName")}
      />
      <TextField
        label={t("settings.users.lastName")}
        maxLength={100}
        autoComplete="family-name"
        value={lastName}
        onChange={(event) => setLastName(event.target.value)}
        problem={sending.about("lastName")}
      />
      <Button type="submit" look="primary" busy={sending.isBusy} disabled={isSame}>
        {t("ui.save")}
      </Button>
    </form>
  );
}
