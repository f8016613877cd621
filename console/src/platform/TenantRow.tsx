import { Ellipsis, Pause, Pencil, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { answer, api, ask, type Schemas } from "../api/client";
import { Avatar } from "../ui/Avatar";
import { Confirm } from "../ui/Confirm";
import { TextArea, TextField } from "../ui/Field";
import { FormDialog } from "../ui/FormDialog";
import { useForm, useShows } from "../ui/form";
import { Menu } from "../ui/Menu";
import { Pill } from "../ui/Pill";
import { Row } from "../ui/Rows";
import { useSending } from "../ui/sending";
import { useProblem } from "../ui/States";
import { Time } from "../ui/Time";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { hostsIn } from "./slugs";

type Tenant = Schemas["TenantPayload"];

interface Props {
  tenant: Tenant;
  onChanged: () => Promise<unknown>;
}

export function TenantRow({ tenant, onChanged }: Props) {
  const { t } = useWords();
  const inWords = useProblem();
  const [shows, setShows] = useShows<"edit" | "suspend" | "delete">(tenantForm(tenant), "edit");
  const close = () => setShows(null);
  const activate = async (isActive: boolean) => {
    await change(tenant, { isActive });
    await onChanged();
  };
  return (
    <>
      <Row
        look={<Avatar name={tenant.name} size={30} />}
        title={tenant.name}
        sub={<bdi dir="ltr">{[tenant.slug, ...tenant.domains].join(" · ")}</bdi>}
        isFaint={!tenant.isActive}
        facts={[
          {
            name: t("platform.state"),
            shows: tenant.isActive ? (
              <Pill tone="good">{t("platform.active")}</Pill>
            ) : (
              <Pill tone="rests">{t("platform.suspended")}</Pill>
            ),
          },
          { name: t("platform.created"), shows: <Time at={tenant.createdAt} /> },
        ]}
        end={
          <Menu
            label={t("platform.menu", { name: tenant.name })}
            icon={<Ellipsis size={16} aria-hidden />}
            items={[
              { name: t("ui.edit"), icon: <Pencil size={15} />, onPick: () => setShows("edit") },
              tenant.isActive
                ? { name: t("platform.suspend"), icon: <Pause size={15} />, onPick: () => setShows("suspend") }
                : {
                    name: t("platform.activate"),
                    icon: <Play size={15} />,
                    onPick: () =>
                      void activate(true).catch((error: unknown) => toast(inWords(error), { isProblem: true })),
                  },
              { name: t("ui.delete"), icon: <Trash2 size={15} />, isDanger: true, onPick: () => setShows("delete") },
            ]}
          />
        }
      />
      {shows === "edit" && <EditTenant tenant={tenant} onClose={close} onChanged={onChanged} />}
      {shows === "suspend" && (
        <Confirm
          title={t("platform.suspendTitle", { name: tenant.name })}
          does={t("platform.suspend")}
          onConfirm={() => activate(false)}
          onClose={close}
        >
          {t("platform.suspendAbout")}
        </Confirm>
      )}
      {shows === "delete" && <DeleteTenant tenant={tenant} onClose={close} onChanged={onChanged} />}
    </>
  );
}

const tenantForm = (tenant: Tenant) => `tenant.${tenant.id}`;

function change(tenant: Tenant, body: Schemas["ChangeTenant"]) {
  return ask(api.PATCH("/api/v1/tenants/{tenant_id}", { params: { path: { tenant_id: tenant.id } }, body }));
}

interface DialogProps extends Props {
  onClose: () => void;
}

function EditTenant({ tenant, onClose, onChanged }: DialogProps) {
  const { t } = useWords();
  const form = useForm(tenantForm(tenant), {
    name: tenant.name,
    slug: tenant.slug,
    domains: tenant.domains.join("\n"),
  });
  const { name, slug, domains } = form.fields;
  const onSend = async () => {
    await change(tenant, {
      name: name.trim(),
      ...(slug === tenant.slug ? {} : { slug }),
      domains: hostsIn(domains),
    });
    await onChanged();
  };
  return (
    <FormDialog
      title={t("platform.editTitle", { name: tenant.name })}
      does={t("ui.save")}
      sending={form}
      {...{ onSend, onClose }}
    >
      <TextField label={t("platform.name")} required maxLength={200} {...form.text("name")} />
      <TextField
        label={t("platform.slug")}
        hint={slug === tenant.slug ? t("platform.slugHint") : t("platform.slugChanges")}
        required
        dir="ltr"
        maxLength={63}
        {...form.text("slug")}
      />
      <TextArea
        label={t("platform.domains")}
        hint={t("platform.domainsHint")}
        dir="ltr"
        rows={3}
        spellCheck={false}
        {...form.text("domains")}
      />
    </FormDialog>
  );
}

/** Everything in it goes for good: so its slug is typed first. */
function DeleteTenant({ tenant, onClose, onChanged }: DialogProps) {
  const { t } = useWords();
  const sending = useSending(["confirm"]);
  const [confirm, setConfirm] = useState("");
  const onSend = async () => {
    const params = { path: { tenant_id: tenant.id }, query: { confirm } };
    await answer(api.DELETE("/api/v1/tenants/{tenant_id}", { params }));
    await onChanged();
    toast(t("platform.deleted", { name: tenant.name }));
  };
  return (
    <FormDialog
      title={t("platform.deleteTitle", { name: tenant.name })}
      does={t("platform.deleteForGood")}
      {...{ sending, onSend, onClose }}
      isDanger
      isOff={confirm !== tenant.slug}
    >
      <p className="soft">{t("platform.deleteAbout")}</p>
      <TextField
        label={t("platform.typeSlug", { slug: tenant.slug })}
        required
        dir="ltr"
        autoComplete="off"
        value={confirm}
        onChange={(event) => setConfirm(event.target.value)}
        problem={sending.about("confirm")}
      />
    </FormDialog>
  );
}
