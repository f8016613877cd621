import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type SubmitEvent } from "react";
import { useLocation } from "wouter";
import { api, ask, Refusal, type Schemas } from "../api/client";
import { listTeams } from "../live/desk";
import { listViews } from "../live/views";
import { useMe } from "../session/context";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Problem, SelectField, TextField } from "../ui/Field";
import { useProblem } from "../ui/States";
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
  const inWords = useProblem();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const teams = useQuery(listTeams).data ?? [];
  const mine = me.role === "ADMIN" ? teams : teams.filter((team) => team.members.some((one) => one.id === me.id));
  const [name, setName] = useState("");
  const [seenBy, setSeenBy] = useState("private");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);

  const save = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsBusy(true);
    const base = asked.viewId === null ? {} : await baseFilter(asked.viewId);
    const isTeam = seenBy !== "private" && seenBy !== "all";
    try {
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
      onClose();
      go(`/views/${view.id}`);
    } catch (refused) {
      setError(refused);
      setIsBusy(false);
    }
  };
  const problem = error instanceof Refusal ? error.about("name") : undefined;
  return (
    <Dialog title={t("queue.saveView")} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        {error !== null && problem === undefined && <Problem>{inWords(error)}</Problem>}
        <TextField
          label={t("queue.viewName")}
          required
          maxLength={100}
          autoFocus
          value={name}
          problem={problem}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectField label={t("queue.viewFor")} value={seenBy} onChange={(event) => setSeenBy(event.target.value)}>
          <option value="private">{t("queue.viewPrivate")}</option>
          <option value="all">{t("queue.viewAll")}</option>
          {mine.map((team) => (
            <option key={team.id} value={team.id}>
              {t("queue.viewTeam")}: {team.name}
            </option>
          ))}
        </SelectField>
        <Button type="submit" look="primary" busy={isBusy}>
          {t("ui.save")}
        </Button>
      </form>
    </Dialog>
  );
}

/** What the view itself picks, to narrow it down further under another name. */
async function baseFilter(viewId: string): Promise<Schemas["FilterInBody"]> {
  const view = await ask(api.GET("/api/v1/views/{view_id}", { params: { path: { view_id: viewId } } }));
  return view.filter;
}
