import { api, ask } from "../api/client";
import { CheckField, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { useForm } from "../ui/form";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import css from "./Platform.module.css";
import { suggested } from "./slugs";

interface Props {
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

export const NEW_TENANT = "tenant.new";

const EMPTY = { name: "", slug: null as string | null, hasAdmin: true, email: "", password: "", firstName: "", lastName: "" }; // prettier-ignore
const CALLED = { email: "admin.email", password: "admin.password", firstName: "admin.firstName", lastName: "admin.lastName" }; // prettier-ignore

/** A new desk, with the first who can sign in to it. */
export function NewTenant({ onClose, onChanged }: Props) {
  const { t } = useWords();
  const form = useForm(NEW_TENANT, EMPTY, { secrets: ["password"], called: CALLED });
  const { name, slug, hasAdmin, ...admin } = form.fields;
  const shownSlug = slug ?? suggested(name);
  const onSend = async () => {
    const body = { name: name.trim(), slug: shownSlug, ...(hasAdmin ? { admin } : {}) };
    await ask(api.POST("/api/v1/tenants", { body }));
    await onChanged();
    toast(t("platform.added", { name: body.name }));
  };
  const field = (one: keyof typeof CALLED) => ({
    label: t(`platform.admin.${one}`),
    required: true,
    autoComplete: "off",
    ...form.text(one),
  });
  return (
    <FormDialog title={t("platform.add")} does={t("platform.create")} sending={form} {...{ onSend, onClose }}>
      <TextField label={t("platform.name")} required maxLength={200} autoComplete="off" {...form.text("name")} />
      <TextField
        label={t("platform.slug")}
        hint={t("platform.slugHint")}
        required
        dir="ltr"
        maxLength={63}
        autoComplete="off"
        value={shownSlug}
        onChange={(event) => form.set({ slug: event.target.value })}
        problem={form.about("slug")}
      />
      <CheckField
        label={t("platform.withAdmin")}
        hint={hasAdmin ? undefined : t("platform.withoutAdmin")}
        {...form.box("hasAdmin")}
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
