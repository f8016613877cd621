import { useState } from "react";
import { api, ask, ifMatch, Refusal } from "../../api/client";
import type { CustomField } from "../../live/fields";
import { CheckField, SelectField, TextArea, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useForm } from "../../ui/form";
import { useWords } from "../../words";
import { asText, asWord, fromText } from "./options";

const TYPES = ["text", "number", "date", "select", "multi_select", "checkbox", "user", "url"] as const;
const REQUIRED = ["no", "creating", "resolving"] as const;
const NOTHING = "";

interface Props {
  field?: CustomField;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

export const fieldForm = (id = "new") => `field.${id}`;

/** A field. Options that tickets have go only with what stands in their place, which is asked for then. */
export function FieldForm({ field, onClose, onChanged }: Props) {
  const { t } = useWords();
  const form = useForm(fieldForm(field?.id), {
    label: field?.label ?? "",
    key: field?.key ?? "",
    type: field?.type ?? "text",
    description: field?.description ?? "",
    options: asText(field?.options ?? []),
    required: field?.required ?? "no",
    isShown: field?.isShown ?? false,
    isEditable: field?.isEditable ?? false,
  });
  const { label, key, type, description, required, isShown, isEditable } = form.fields;
  const [used, setUsed] = useState<Readonly<Record<string, number>>>({});
  const [instead, setInstead] = useState<Readonly<Record<string, string>>>({});
  const options = type === "select" || type === "multi_select" ? fromText(form.fields.options) : [];
  const gone = Object.keys(used).filter((value) => !options.some((one) => one.value === value));
  const onSend = async () => {
    const shown = isShown && type !== "user";
    const common = { label, description, options, required, isShown: shown, isEditable: shown && isEditable };
    try {
      if (field) {
        const params = { path: { field_id: field.id }, header: ifMatch(field.version) };
        const replace = Object.fromEntries(gone.map((value) => [value, instead[value] || null]));
        await ask(api.PATCH("/api/v1/custom-fields/{field_id}", { params, body: { ...common, replace } }));
      } else {
        const body = { ...common, type, key: key || asWord(label, "_") };
        await ask(api.POST("/api/v1/custom-fields", { body }));
      }
    } catch (error) {
      if (error instanceof Refusal && error.reason === "options_in_use")
        setUsed(error.data["counts"] as Record<string, number>);
      throw error;
    } finally {
      await onChanged();
    }
  };
  return (
    <FormDialog
      title={field ? t("settings.fields.editTitle", { name: field.label }) : t("settings.fields.add")}
      does={t("ui.save")}
      sending={form}
      onSend={onSend}
      onClose={onClose}
    >
      <TextField label={t("settings.fields.label")} required maxLength={100} {...form.text("label")} />
      {!field && (
        <>
          <TextField
            label={t("settings.fields.key")}
            hint={t("settings.fields.keyHint")}
            maxLength={40}
            placeholder={asWord(label, "_")}
            {...form.text("key")}
          />
          <SelectField label={t("settings.fields.type")} {...form.text("type")}>
            {TYPES.map((one) => (
              <option key={one} value={one}>
                {t(`settings.fields.types.${one}`)}
              </option>
            ))}
          </SelectField>
        </>
      )}
      {(type === "select" || type === "multi_select") && (
        <TextArea
          label={t("settings.fields.options")}
          hint={t("settings.fields.optionsHint")}
          rows={4}
          required
          {...form.text("options")}
        />
      )}
      {gone.map((value) => (
        <SelectField
          key={value}
          label={t("settings.fields.instead", { name: value, count: used[value] ?? 0 })}
          value={instead[value] ?? NOTHING}
          onChange={(event) => setInstead({ ...instead, [value]: event.target.value })}
        >
          <option value={NOTHING}>{t("settings.fields.insteadNothing")}</option>
          {options.map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </SelectField>
      ))}
      <TextField label={t("settings.fields.description")} maxLength={500} {...form.text("description")} />
      <SelectField label={t("settings.fields.required")} {...form.text("required")}>
        {REQUIRED.map((one) => (
          <option key={one} value={one}>
            {t(`settings.fields.requiredWhen.${one}`)}
          </option>
        ))}
      </SelectField>
      {type !== "user" && <CheckField label={t("settings.fields.isShown")} {...form.box("isShown")} />}
      {type !== "user" && isShown && <CheckField label={t("settings.fields.isEditable")} {...form.box("isEditable")} />}
    </FormDialog>
  );
}
