import { useQuery } from "@tanstack/react-query";
import { Route, Switch } from "wouter";
import { Page } from "../../ui/Page";
import { Pill } from "../../ui/Pill";
import { Row, Rows } from "../../ui/Rows";
import { Failed, Skeleton } from "../../ui/States";
import { Time } from "../../ui/Time";
import { useWords } from "../../words";
import { TemplateEditor } from "./TemplateEditor";
import { listTemplates } from "./templates";

/** How mails are written. */
export default function TemplatesPage() {
  return (
    <Switch>
      <Route path="/settings/templates/:kind">{({ kind }) => <One key={kind} kind={kind} />}</Route>
      <Route>
        <All />
      </Route>
    </Switch>
  );
}

function One({ kind }: { kind: string }) {
  const { t } = useWords();
  const templates = useQuery(listTemplates);
  const template = templates.data?.find((one) => one.kind === kind);
  const back = { name: t("settings.pages.templates"), href: "#/settings/templates" };
  if (template) return <TemplateEditor template={template} back={back} />;
  return (
    <Page title={t("settings.pages.templates")} back={back}>
      {templates.isError ? (
        <Failed error={templates.error} onAgain={() => void templates.refetch()} />
      ) : templates.isPending ? (
        <Skeleton />
      ) : (
        <p className="soft">{t("settings.templates.none")}</p>
      )}
    </Page>
  );
}

function All() {
  const { t } = useWords();
  const templates = useQuery(listTemplates);
  return (
    <Page title={t("settings.pages.templates")} about={t("settings.templates.about")}>
      {templates.data ? (
        <Rows
          label={t("settings.pages.templates")}
          heads={[t("settings.templates.mail"), t("settings.state"), t("settings.templates.changed")]}
        >
          {templates.data.map((one) => (
            <Row
              key={one.kind}
              title={t(`settings.mails.kinds.${one.kind}`)}
              sub={t(`settings.templates.when.${one.kind}`)}
              href={`#/settings/templates/${one.kind}`}
              facts={[
                {
                  name: t("settings.state"),
                  shows: one.isDefault ? (
                    <Pill tone="plain">{t("settings.templates.default")}</Pill>
                  ) : (
                    <Pill tone="good">{t("settings.templates.own")}</Pill>
                  ),
                },
                {
                  name: t("settings.templates.changed"),
                  shows: one.updatedAt ? <Time at={one.updatedAt} /> : <span>{t("ui.never")}</span>,
                },
              ]}
            />
          ))}
        </Rows>
      ) : templates.isError ? (
        <Failed error={templates.error} onAgain={() => void templates.refetch()} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}
