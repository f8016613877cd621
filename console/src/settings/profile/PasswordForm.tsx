import { useState, type SubmitEvent } from "react";
import { answer, api } from "../../api/client";
import { useMe } from "../../session/context";
import { Button } from "../../ui/Button";
import { Problem, TextField } from "../../ui/Field";
import { useSending } from "../../ui/sending";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import css from "./Profile.module.css";

/** Another password, by whoever knows the one that is. */
export function PasswordForm() {
  const { t } = useWords();
  const me = useMe();
  const sending = useSending(["currentPassword", "newPassword"]);
  const [currentPassword, setCurrent] = useState("");
  const [newPassword, setNew] = useState("");
  const [again, setAgain] = useState("");
  const differs = again !== "" && again !== newPassword;
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (again !== newPassword) return;
    void sending
      .send(() => answer(api.POST("/api/v1/auth/password", { body: { currentPassword, newPassword } })))
      .then((isDone) => {
        if (!isDone) return;
        setCurrent("");
        setNew("");
        setAgain("");
        toast(t("settings.profile.passwordChanged"));
      });
  };
  return (
    <form className={css.form} onSubmit={onSubmit}>
      <Problem>{sending.problem}</Problem>
      <input type="email" name="username" autoComplete="username" value={me.email} readOnly hidden />
      <TextField
        label={t("settings.profile.currentPassword")}
        type="password"
        autoComplete="current-password"
        required
        value={currentPassword}
        onChange={(event) => setCurrent(event.target.value)}
        problem={sending.about("currentPassword")}
      />
      <TextField
        label={t("settings.profile.newPassword")}
        hint={t("settings.profile.newPasswordHint")}
        type="password"
        autoComplete="new-password"
        required
        minLength={8}
        value={newPassword}
        onChange={(event) => setNew(event.target.value)}
        problem={sending.about("newPassword")}
      />
      <TextField
        label={t("settings.profile.passwordAgain")}
        type="password"
        autoComplete="new-password"
        required
        value={again}
        onChange={(event) => setAgain(event.target.value)}
        problem={differs ? t("settings.profile.passwordDiffers") : undefined}
      />
      <Button type="submit" look="primary" busy={sending.isBusy} disabled={differs}>
        {t("settings.profile.changePassword")}
      </Button>
    </form>
  );
}
