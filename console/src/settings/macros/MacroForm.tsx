import { useQuery } from "@tanstack/react-query";
import { api, ask, ifMatch, type Schemas } from "../../api/client";
import { listTeams } from "../../live/desk";
import type { Macro } from "../../live/macros";
import { useMe } from "../../session/context";
import { CheckField, SelectField, TextArea, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useForm } from "../../ui/form";
import { PRIORITIES, STATUSES } from "../../ui/Marks";
import { useWords } from "../../words";

const PLACEHOLDERS = "{{requester.firstName}} {{ticket.number}} {{ticket.title}} {{agent.name}} {{desk.name}}";
const AS_IT_IS = "";
const SET_HERE = new Set(["status", "priority"]);

interface Props {
  macro?: Macro;
  isAdmin: boolean;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

export const macroForm = (id = "new") => `macro.${id}`;

/** What it says and the commonest of what it sets; the rest of what it sets stays as it is. */
export function MacroForm({ macro, isAdmin, onClose, onChanged }: Props) {
  const { t } = useWords();
  const me = useMe();
  const all = useQuery(listTeams).data ?? [];
  const teams = isAdmin ? all : all.filter((team) => team.members.some((member) => member.id === me.id));
  const before: Record<string, unknown> = macro?.set ?? {};
  const form = useForm(
    macroForm(macro?.id),
    {
      name: macro?.name ?? "",
      visibility: macro?.visibility ?? "private",
      teamId: macro?.teamId ?? "",
      content: macro?.comment?.content ?? "",
      isInternal: macro?.comment?.isInternal ?? false,
      status: (before["status"] as string | undefined) ?? AS_IT_IS,
      priority: (before["priority"] as string | undefined) ?? AS_IT_IS,
      isForMe: before["assignedToId"] === "me",
      addTags: (macro?.addTags ?? []).join(", "),
      removeTags: (macro?.removeTags ?? []).join(", "),
    },
    { called: { content: "comment.content" } },
  );
  const { name, visibility, teamId, content, isInternal, status, priority, isForMe } = form.fields;
  const team = teamId || (teams[0]?.id ?? "");
  const onSend = async () => {
    const kept = Object.entries(before).filter(
      ([field, value]) => !SET_HERE.has(field) && !(field === "assignedToId" && (isForMe || value === "me")),
    );
    const set: Record<string, unknown> = {
      ...Object.fromEntries(kept),
      ...(status ? { status } : {}),
      ...(priority ? { priority } : {}),
      ...(isForMe ? { assignedToId: "me" } : {}),
    };
    const body: Schemas["CreateMacro"] = {
      name: name.trim(),
      visibility,
      teamId: visibility === "team" ? team : null,
      comment: content.trim() ? { content, isInternal } : null,
      set: set,
      addTags: listed(form.fields.addTags),
      removeTags: listed(form.fields.removeTags),
    };
    if (macro) {
      const params = { path: { macro_id: macro.id }, header: ifMatch(macro.version) };
      await ask(api.PATCH("/api/v1/macros/{macro_id}", { params, body }));
    } else await ask(api.POST("/api/v1/macros", { body }));
    await onChanged();
  };
  return (
    <FormDialog
      title={macro ? t("settings.macros.editTitle", { name: macro.name }) : t("settings.macros.add")}
      does={t("ui.save")}
      sending={form}
      onSend={onSend}
      onClose={onClose}
    >
      <TextField label={t("settings.macros.name")} required maxLength={100} {...form.text("name")} />
      <TextArea
        label={t("settings.macros.content")}
        hint={t("settings.macros.contentHint", { placeholders: PLACEHOLDERS })}
        rows={5}
        maxLength={10_000}
        dir="auto"
        {...form.text("content")}
      />
      <CheckField label={t("settings.macros.isInternal")} {...form.box("isInternal")} />
      <SelectField label={t("ticket.status")} {...form.text("status")}>
        <option value={AS_IT_IS}>{t("settings.macros.asItIs")}</option>
        {STATUSES.map((one) => (
          <option key={one} value={one}>
            {t(`status.${one}`)}
          </option>
        ))}
      </SelectField>
      <SelectField label={t("ticket.priority")} {...form.text("priority")}>
        <option value={AS_IT_IS}>{t("settings.macros.asItIs")}</option>
        {PRIORITIES.map((one) => (
          <option key={one} value={one}>
            {t(`priority.${one}`)}
          </option>
        ))}
      </SelectField>
      <CheckField label={t("settings.macros.isForMe")} {...form.box("isForMe")} />
      <TextField label={t("settings.macros.addTags")} {...form.text("addTags")} />
      <TextField label={t("settings.macros.removeTags")} {...form.text("removeTags")} />
      <SelectField label={t("settings.macros.seenBy")} {...form.text("visibility")}>
        <option value="private">{t("settings.views.visibility.private")}</option>
        <option value="team" disabled={teams.length === 0}>
          {t("settings.views.visibility.team")}
        </option>
        <option value="all" disabled={!isAdmin}>
          {t("settings.views.visibility.all")}
        </option>
      </SelectField>
      {visibility === "team" && (
        <SelectField label={t("settings.views.team")} {...form.text("teamId")} value={team}>
          {teams.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </SelectField>
      )}
    </FormDialog>
  );
}

function listed(tags: string): string[] {
  return [...new Set(tags.split(",").map((one) => one.trim()).filter(Boolean))]; // prettier-ignore
}
