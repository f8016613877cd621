import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../../api/client";
import { useMe } from "../../session/context";
import { CheckField, TextField } from "../../ui/Field";
import { useForm } from "../../ui/form";
import { FormSheet } from "../../ui/FormSheet";
import { Facts, Page, Section } from "../../ui/Page";
import { Failed, Skeleton } from "../../ui/States";
import { useWords } from "../../words";
import { day } from "../../words/times";
import { daysOf, keepingOf } from "./keeping";
import { KeepingFields } from "./KeepingFields";

type Tenant = Schemas["TenantPayload"];
const KEY = ["settings", "desk"];

/** The desk itself: its name, and what holds for everybody in it. */
export default function DeskPage() {
  const { t } = useWords();
  const me = useMe();
  const path = { tenant_id: me.tenantId ?? "" };
  const { data, error, refetch } = useQuery({
    queryKey: KEY,
    queryFn: () => ask(api.GET("/api/v1/tenants/{tenant_id}", { params: { path } })),
  });
  return (
    <Page title={t("settings.pages.desk")} about={t("settings.desk.about")}>
      {data ? <DeskForm desk={data} /> : error ? <Failed error={error} onAgain={() => void refetch()} /> : <Skeleton />}
    </Page>
  );
}

function DeskForm({ desk }: { desk: Tenant }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const known = keepingOf(desk.settings);
  const form = useForm(
    "desk",
    {
      name: desk.name,
      openRegistration: desk.settings["openRegistration"] !== false,
      showAgentTyping: desk.settings["showAgentTyping"] === true,
      keeping: known,
    },
    { called: { keeping: "settings" } },
  );
  const save = async () => {
    const { name, keeping, ...chosen } = form.fields;
    const keepDays = daysOf(keeping);
    const says = "keepDays" in desk.settings || Object.keys(keepDays).length > 0;
    // All settings are sent, for those that are left out would be gone.
    const body = {
      name: name.trim(),
      settings: { ...desk.settings, ...chosen, ...(says ? { keepDays } : {}) },
    };
    const now = await ask(api.PATCH("/api/v1/tenants/{tenant_id}", { params: { path: { tenant_id: desk.id } }, body }));
    cache.setQueryData(KEY, now);
  };
  return (
    <FormSheet form={form} onSave={save}>
      <TextField
        label={t("settings.desk.name")}
        hint={t("settings.desk.nameHint")}
        required
        maxLength={200}
        {...form.text("name")}
      />
      <Facts
        all={[
          [t("settings.desk.slug"), <code key="">{desk.slug}</code>],
          [t("settings.added"), day(desk.createdAt)],
        ]}
      />
      <Section title={t("settings.desk.requesters")}>
        <CheckField
          label={t("settings.desk.openRegistration")}
          hint={t("settings.desk.openRegistrationHint")}
          {...form.box("openRegistration")}
        />
        <CheckField
          label={t("settings.desk.showAgentTyping")}
          hint={t("settings.desk.showAgentTypingHint")}
          {...form.box("showAgentTyping")}
        />
      </Section>
      <Section title={t("settings.desk.keeping.title")} about={t("settings.desk.keeping.about")}>
        <KeepingFields
          before={known}
          now={form.fields.keeping}
          onChange={(keeping) => form.set({ keeping })}
          problem={form.about("settings")}
        />
      </Section>
    </FormSheet>
  );
}
