import { useState } from "react";
import { api, ask } from "../api/client";
import { CheckField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { useSending } from "../ui/sending";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import css from "./Platform.module.css";
import { suggested } from "./slugs";

interface Props {
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

const NOBODY = { email: "", password: "", firstName: "", lastName: "" };
const SHOWN = ["name", "slug", "admin.email", "admin.password", "admin.firstName", "admin.lastName"];

/** A new desk, with the first who can sign in to it. */
export function NewTenant({ onClose, onChanged }: Props) {
  const { t } = useWords();
  const sending = useSending(SHOWN);
  const [name, setName] = useState("");
  const [slug, setSlug] = useState<string | null>(null);
  const [hasAdmin, setHasAdmin] = useState(true);
  const [admin, setAdmin] = useState(NOBODY);
  const shownSlug = slug ?? suggested(name);
  const onSend = async () => {
    const body = { name: name.trim(), slug: shownSlug, ...(hasAdmin ? { admin } : {}) };
    await ask(api.POST("/api/v1/tenants", { body }));
    await onChanged();
    toast(t("platform.added", { name: body.name }));
  };
  const field = (one: keyof typeof NOBODY) => ({
    label: t(`platform.admin.${one}`),
    required: true,
    autoComplete: "off",
    value: admin[one],
    onChange: (event: { target: { value: string } }) => setAdmin({ ...admin, [one]: event.target.value }),
    problem: sending.about(`admin.${one}`),
  });
  return (
    <FormDialog title={t("platform.add")} does={t("platform.create")} {...{ sending, onSend, onClose }}>
      <TextField
        label={t("platform.name")}
        required
        maxLength={200}
        autoComplete="off"
        value={name}
        onChange={(event) => setName(event.target.value)}
        problem={sending.about("name")}
      />
      <TextField
        label={t("platform.slug")}
        hint={t("platform.slugHint")}
        required
        dir="ltr"
        maxLength={63}
        autoComplete="off"
        value={shownSlug}
        onChange={(event) => setSlug(event.target.value)}
        problem={sending.about("slug")}
      />
      <CheckField
        label={t("platform.withAdmin")}
        hint={hasAdmin ? undefined : t("platform.withoutAdmin")}
        checked={hasAdmin}
        onChange={(event) => setHasAdmin(event.target.checked)}
      />
      {hasAdmin && (
        <>
          <div className={css.pair}>
            <TextField {...field("firstName")} maxLength={100} />
            <TextField {...field("lastName")} maxLength={100} />
          </div>
          <TextField {...field("email")} type="email" maxLength={254} />
          <TextField {...field("password")} minLength={8} hint={t("platform.passwordHint")} />
        </>
      )}
    </FormDialog>
  );
}
