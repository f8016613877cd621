import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useLocation } from "wouter";
import { api, ask, type Schemas } from "../api/client";
import { listTeams } from "../live/desk";
import { listViews } from "../live/views";
import { useMe } from "../session/context";
import { SelectField, TextField } from "../ui/Field";
import { useForm } from "../ui/form";
import { FormDialog } from "../ui/FormDialog";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import type { Asked } from "./asked";
import type { ColumnName } from "./columns";

interface Props {
  asked: Asked;
  columns: readonly ColumnName[];
  onClose: () => void;
}

/** What is shown now, under a name. */
export function SaveView({ asked, columns, onClose }: Props) {
  const { t } = useWords();
  const me = useMe();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const teams = useQuery(listTeams).data ?? [];
  const mine = me.role === "ADMIN" ? teams : teams.filter((team) => team.members.some((one) => one.id === me.id));
  const form = useForm("view.new", { name: "", seenBy: "private" });
  const { name, seenBy } = form.fields;

  const save = async () => {
    const base = asked.viewId === null ? {} : await baseFilter(asked.viewId);
    const isTeam = seenBy !== "private" && seenBy !== "all";
    const view = await ask(
      api.POST("/api/v1/views", {
        body: {
          name,
          filter: { ...base, ...asked.filter },
          sortBy: asked.sortBy,
          sortOrder: asked.sortOrder,
          columns: [...columns],
          visibility: isTeam ? "team" : seenBy,
          teamId: isTeam ? seenBy : null,
        },
      }),
    );
    await cache.invalidateQueries({ queryKey: listViews.queryKey });
    toast(t("queue.viewSaved", { name }));
    go(`/views/${view.id}`);
  };
  return (
    <FormDialog title={t("queue.saveView")} does={t("ui.save")} sending={form} onSend={save} onClose={onClose}>
      <TextField label={t("queue.viewName")} required maxLength={100} {...form.text("name")} />
      <SelectField label={t("queue.viewFor")} {...form.text("seenBy")}>
        <option value="private">{t("queue.viewPrivate")}</option>
        <option value="all">{t("queue.viewAll")}</option>
        {mine.map((team) => (
          <option key={team.id} value={team.id}>
            {t("queue.viewTeam")}: {team.name}
          </option>
        ))}
      </SelectField>
    </FormDialog>
  );
}

/** What the view itself picks, to narrow it down further under another name. */
async function baseFilter(viewId: string): Promise<Schemas["FilterInBody"]> {
  const view = await ask(api.GET("/api/v1/views/{view_id}", { params: { path: { view_id: viewId } } }));
  return view.filter;
}
