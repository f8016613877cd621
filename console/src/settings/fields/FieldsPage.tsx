import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Ellipsis, FormInput, Pencil, Plus, Trash2 } from "lucide-react";
import { answer, api, ask, ifMatch } from "../../api/client";
import { useStream } from "../../live/context";
import { listFields, type CustomField } from "../../live/fields";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { useShown, useShows } from "../../ui/form";
import { Menu } from "../../ui/Menu";
import { Page } from "../../ui/Page";
import { Row, Rows } from "../../ui/Rows";
import { Empty, Failed, Skeleton, useProblem } from "../../ui/States";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { fieldForm, FieldForm } from "./FieldForm";

/** What tickets hold besides what every ticket has; admins define it. */
export default function FieldsPage() {
  const { t } = useWords();
  const cache = useQueryClient();
  const fields = useQuery(listFields);
  const [isAdding, setIsAdding] = useShown(fieldForm());
  const changed = () => cache.invalidateQueries({ queryKey: listFields.queryKey });
  useStream("desk", (told) => {
    const isField = told.kind === "happened" && told.event.type.startsWith("custom_field.");
    if (isField || told.kind === "reset") void changed();
  });
  return (
    <Page
      title={t("settings.pages.fields")}
      about={t("settings.fields.about")}
      does={
        <Button look="primary" onClick={() => setIsAdding(true)}>
          <Plus size={15} aria-hidden /> {t("settings.fields.add")}
        </Button>
      }
    >
      {fields.data ? (
        fields.data.length === 0 ? (
          <Empty icon={FormInput} title={t("settings.fields.none")}>
            <p>{t("settings.fields.noneAbout")}</p>
          </Empty>
        ) : (
          <Rows
            label={t("settings.pages.fields")}
            heads={[t("settings.fields.label"), t("settings.fields.type"), t("settings.fields.seenBy")]}
          >
            {fields.data.map((field) => (
              <FieldRow key={field.id} field={field} onChanged={changed} />
            ))}
          </Rows>
        )
      ) : fields.isError ? (
        <Failed error={fields.error} onAgain={() => void fields.refetch()} />
      ) : (
        <Skeleton />
      )}
      {isAdding && <FieldForm onClose={() => setIsAdding(false)} onChanged={changed} />}
    </Page>
  );
}

function FieldRow({ field, onChanged }: { field: CustomField; onChanged: () => Promise<unknown> }) {
  const { t } = useWords();
  const inWords = useProblem();
  const [shows, setShows] = useShows<"edit" | "delete">(fieldForm(field.id), "edit");
  const close = () => setShows(null);
  const params = { path: { field_id: field.id }, header: ifMatch(field.version) };
  const archive = () =>
    ask(api.PATCH("/api/v1/custom-fields/{field_id}", { params, body: { isArchived: !field.isArchived } }))
      .catch((error: unknown) => void toast(inWords(error), { isProblem: true }))
      .finally(() => void onChanged());
  const remove = async () => {
    await answer(api.DELETE("/api/v1/custom-fields/{field_id}", { params })).finally(() => void onChanged());
  };
  const seen = field.isEditable ? "editable" : field.isShown ? "shown" : "staff";
  return (
    <>
      <Row
        title={field.label}
        sub={field.isArchived ? `${field.key} · ${t("settings.fields.archived")}` : field.key}
        isFaint={field.isArchived}
        facts={[
          { name: t("settings.fields.type"), shows: <span>{t(`settings.fields.types.${field.type}`)}</span> },
          { name: t("settings.fields.seenBy"), shows: <span>{t(`settings.fields.seen.${seen}`)}</span> },
        ]}
        end={
          <Menu
            label={t("settings.fields.menu", { name: field.label })}
            icon={<Ellipsis size={16} aria-hidden />}
            items={[
              { name: t("ui.edit"), icon: <Pencil size={15} />, onPick: () => setShows("edit") },
              {
                name: t(field.isArchived ? "settings.fields.restore" : "settings.fields.archive"),
                icon: field.isArchived ? <ArchiveRestore size={15} /> : <Archive size={15} />,
                onPick: () => void archive(),
              },
              { name: t("ui.delete"), icon: <Trash2 size={15} />, isDanger: true, onPick: () => setShows("delete") },
            ]}
          />
        }
      />
      {shows === "edit" && <FieldForm field={field} onClose={close} onChanged={onChanged} />}
      {shows === "delete" && (
        <Confirm
          title={t("settings.fields.deleteTitle", { name: field.label })}
          does={t("ui.delete")}
          onConfirm={remove}
          onClose={close}
        >
          {t("settings.fields.deleteAbout")}
        </Confirm>
      )}
    </>
  );
}
