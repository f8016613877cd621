import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { api, ask, type Schemas } from "../../api/client";
import { useMe } from "../../session/context";
import { Button } from "../../ui/Button";
import { CheckField, Problem, TextField } from "../../ui/Field";
import { Facts, Page, Section } from "../../ui/Page";
import { useSending } from "../../ui/sending";
import { Failed, Skeleton } from "../../ui/States";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { day } from "../../words/times";
import css from "./Desk.module.css";

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
      {data ? (
        <DeskForm key={data.updatedAt} desk={data} />
      ) : error ? (
        <Failed error={error} onAgain={() => void refetch()} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}

function DeskForm({ desk }: { desk: Tenant }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const sending = useSending(["name"]);
  const known = { openRegistration: desk.settings["openRegistration"] !== false, showAgentTyping: desk.settings["showAgentTyping"] === true }; // prettier-ignore
  const [name, setName] = useState(desk.name);
  const [openRegistration, setOpen] = useState(known.openRegistration);
  const [showAgentTyping, setTyping] = useState(known.showAgentTyping);
  const isSame =
    name.trim() === desk.name &&
    openRegistration === known.openRegistration &&
    showAgentTyping === known.showAgentTyping;
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void sending.send(async () => {
      // All settings are sent, for those that are left out would be gone.
      const body = { name: name.trim(), settings: { ...desk.settings, openRegistration, showAgentTyping } };
      const now = await ask(
        api.PATCH("/api/v1/tenants/{tenant_id}", { params: { path: { tenant_id: desk.id } }, body }),
      );
      cache.setQueryData(KEY, now);
      toast(t("ui.saved"));
    });
  };
  return (
    <form className={css.form} onSubmit={onSubmit}>
      <Problem>{sending.problem}</Problem>
      <TextField
        label={t("settings.desk.name")}
        hint={t("settings.desk.nameHint")}
        required
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
        problem={sending.about("name")}
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
          checked={openRegistration}
          onChange={(event) => setOpen(event.target.checked)}
        />
        <CheckField
          label={t("settings.desk.showAgentTyping")}
          hint={t("settings.desk.showAgentTypingHint")}
          checked={showAgentTyping}
          onChange={(event) => setTyping(event.target.checked)}
        />
      </Section>
      <Button type="submit" look="primary" busy={sending.isBusy} disabled={isSame}>
        {t("ui.save")}
      </Button>
    </form>
  );
}
