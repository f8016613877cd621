import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, Ellipsis, Inbox, Pencil, Trash2 } from "lucide-react";
import { answer, api, ask, ifMatch } from "../../api/client";
import { listTeams } from "../../live/desk";
import { listViews, type View } from "../../live/views";
import { useMe } from "../../session/context";
import { IconButton } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { useShows } from "../../ui/form";
import { Menu } from "../../ui/Menu";
import { Page } from "../../ui/Page";
import { Row, Rows } from "../../ui/Rows";
import { Empty, Failed, Skeleton, useProblem } from "../../ui/States";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { useFilterWords } from "./filterWords";
import { moved, type Placed } from "./order";
import { viewForm, ViewForm } from "./ViewForm";

/** Saved views in the order of the sidebar. They are made in the queue; here they are named, shared, ordered and deleted. */
export default function ViewsPage({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const me = useMe();
  const cache = useQueryClient();
  const inWords = useProblem();
  const views = useQuery(listViews);
  const may = (view: View) =>
    isAdmin
      ? view.visibility !== "private" || view.ownerId === me.id
      : view.ownerId === me.id && view.visibility !== "all";
  const changed = () => cache.invalidateQueries({ queryKey: listViews.queryKey });

  const move = async (all: View[], from: number, step: 1 | -1) => {
    const byId = new Map(all.map((view) => [view.id, view]));
    const steps = moved(all, from, step, (id) => {
      const view = byId.get(id);
      return view !== undefined && may(view);
    });
    show(steps);
    try {
      for (const { id, position } of steps) {
        const params = { path: { view_id: id }, header: ifMatch(byId.get(id)?.version ?? 0) };
        await ask(api.PATCH("/api/v1/views/{view_id}", { params, body: { position } }));
      }
    } catch (error) {
      toast(inWords(error), { isProblem: true });
    }
    await changed();
  };
  /** Where they will stand, before the hub has said so. */
  const show = (steps: Placed[]) =>
    cache.setQueryData<View[]>(listViews.queryKey, (all) =>
      all
        ?.map((view) => ({ ...view, ...steps.find(({ id }) => id === view.id) }))
        .sort((one, other) => one.position - other.position),
    );

  return (
    <Page title={t("settings.pages.views")} about={t("settings.views.about")}>
      {views.data ? (
        views.data.length === 0 ? (
          <Empty icon={Inbox} title={t("settings.views.none")}>
            <p>{t("settings.views.noneAbout")}</p>
          </Empty>
        ) : (
          <Rows label={t("settings.pages.views")} heads={[t("settings.views.name"), t("settings.views.seenBy")]}>
            {views.data.map((view, at) => (
              <ViewRow
                key={view.id}
                view={view}
                isAdmin={isAdmin}
                may={may(view)}
                onChanged={changed}
                onUp={at > 0 ? () => void move(views.data, at, -1) : undefined}
                onDown={at < views.data.length - 1 ? () => void move(views.data, at, 1) : undefined}
              />
            ))}
          </Rows>
        )
      ) : views.isError ? (
        <Failed error={views.error} onAgain={() => void views.refetch()} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}

interface RowProps {
  view: View;
  isAdmin: boolean;
  /** May I change it? */
  may: boolean;
  onChanged: () => Promise<unknown>;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
}

function ViewRow({ view, isAdmin, may, onChanged, onUp, onDown }: RowProps) {
  const { t } = useWords();
  const inWords = useFilterWords();
  const teams = useQuery(listTeams).data ?? [];
  const [shows, setShows] = useShows<"edit" | "delete">(viewForm(view), "edit");
  const close = () => setShows(null);
  const team = teams.find((one) => one.id === view.teamId);
  const remove = async () => {
    const params = { path: { view_id: view.id }, header: ifMatch(view.version) };
    await answer(api.DELETE("/api/v1/views/{view_id}", { params })).finally(() => void onChanged());
  };
  return (
    <>
      <Row
        title={view.name}
        href={`#/views/${view.id}`}
        sub={inWords(view)}
        facts={[
          {
            name: t("settings.views.seenBy"),
            shows: <span>{team ? team.name : t(`settings.views.visibility.${view.visibility}`)}</span>,
          },
        ]}
        end={
          may && (
            <>
              <IconButton label={t("settings.views.up", { name: view.name })} disabled={!onUp} onClick={onUp}>
                <ArrowUp size={15} />
              </IconButton>
              <IconButton label={t("settings.views.down", { name: view.name })} disabled={!onDown} onClick={onDown}>
                <ArrowDown size={15} />
              </IconButton>
              <Menu
                label={t("settings.views.menu", { name: view.name })}
                icon={<Ellipsis size={16} aria-hidden />}
                items={[
                  { name: t("ui.edit"), icon: <Pencil size={15} />, onPick: () => setShows("edit") },
                  {
                    name: t("ui.delete"),
                    icon: <Trash2 size={15} />,
                    isDanger: true,
                    onPick: () => setShows("delete"),
                  },
                ]}
              />
            </>
          )
        }
      />
      {shows === "edit" && <ViewForm view={view} isAdmin={isAdmin} onClose={close} onChanged={onChanged} />}
      {shows === "delete" && (
        <Confirm
          title={t("settings.views.deleteTitle", { name: view.name })}
          does={t("ui.delete")}
          onConfirm={remove}
          onClose={close}
        >
          {view.visibility === "private" ? t("settings.views.deleteOwn") : t("settings.views.deleteShared")}
        </Confirm>
      )}
    </>
  );
}
