import { useQueryClient } from "@tanstack/react-query";
import { Eye, RotateCcw } from "lucide-react";
import { useRef, useState, type FocusEvent } from "react";
import { answer, api, ask, type Schemas } from "../../api/client";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { TextArea, TextField } from "../../ui/Field";
import { Page, Section } from "../../ui/Page";
import { useForm } from "../../ui/form";
import { FormSheet } from "../../ui/FormSheet";
import { useWords } from "../../words";
import css from "./Mail.module.css";
import { MailLook } from "./MailLook";
import { inserted, listTemplates, PARTS, type Part, type Template } from "./templates";

interface Props {
  template: Template;
  back: { name: string; href: string };
}

/** One kind of mail: subject, text and HTML with placeholders, and how it will look. */
export function TemplateEditor({ template, back }: Props) {
  const { t } = useWords();
  const cache = useQueryClient();
  const { subject, text, html } = template;
  const form = useForm(`template.${template.kind}`, { subject, text, html });
  const parts = form.fields;
  const [preview, setPreview] = useState<Schemas["MailPreview"] | null>(null);
  const [isResetting, setIsResetting] = useState(false);
  const last = useRef<HTMLInputElement | HTMLTextAreaElement>(null);
  const at = { params: { path: { kind: template.kind } } };
  const changed = () => cache.invalidateQueries({ queryKey: listTemplates.queryKey });

  const look = () =>
    void form.send(async () => {
      setPreview(await ask(api.POST("/api/v1/mail-templates/{kind}/preview", { ...at, body: parts })));
    });
  const save = async () => {
    await ask(api.PUT("/api/v1/mail-templates/{kind}", { ...at, body: parts }));
    await changed();
  };
  const reset = async () => {
    await answer(api.DELETE("/api/v1/mail-templates/{kind}", at));
    await changed();
    form.forget();
  };
  const insert = (name: string) => {
    const field = last.current;
    const part = PARTS.find((one) => one === field?.name) ?? "text";
    const from = field?.selectionStart ?? parts[part].length;
    const now = inserted(parts[part], from, field?.selectionEnd ?? from, name);
    form.set({ [part]: now.text });
    requestAnimationFrame(() => {
      field?.focus();
      field?.setSelectionRange(now.at, now.at);
    });
  };
  const onFocus = (event: FocusEvent<HTMLInputElement | HTMLTextAreaElement>) => {
    last.current = event.target;
  };
  const shared = (part: Part) => ({
    name: part,
    label: t(`settings.templates.parts.${part}`),
    required: true,
    onFocus,
    ...form.text(part),
  });

  return (
    <Page
      title={t(`settings.mails.kinds.${template.kind}`)}
      about={t(`settings.templates.when.${template.kind}`)}
      back={back}
      does={
        !template.isDefault && (
          <Button onClick={() => setIsResetting(true)}>
            <RotateCcw size={15} aria-hidden /> {t("settings.templates.reset")}
          </Button>
        )
      }
    >
      <FormSheet
        form={form}
        onSave={save}
        wide
        does={
          <Button busy={form.isBusy} onClick={look}>
            <Eye size={15} aria-hidden /> {t("settings.templates.preview")}
          </Button>
        }
      >
        <TextField {...shared("subject")} maxLength={200} />
        <div className={css.placeholders} role="group" aria-label={t("settings.templates.placeholders")}>
          <p>{t("settings.templates.placeholders")}</p>
          {template.placeholders.map((name) => (
            <button key={name} type="button" dir="ltr" onClick={() => insert(name)}>
              {name}
            </button>
          ))}
        </div>
        <TextArea {...shared("text")} rows={10} maxLength={20000} />
        <div className={css.html}>
          <TextArea {...shared("html")} rows={12} maxLength={50000} dir="ltr" spellCheck={false} />
        </div>
      </FormSheet>
      {preview && (
        <Section title={t("settings.templates.preview")} about={t("settings.templates.previewAbout")}>
          <MailLook mail={preview} />
        </Section>
      )}
      {isResetting && (
        <Confirm
          title={t("settings.templates.resetTitle")}
          does={t("settings.templates.reset")}
          onConfirm={reset}
          onClose={() => setIsResetting(false)}
        >
          {t("settings.templates.resetAbout")}
        </Confirm>
      )}
    </Page>
  );
}
