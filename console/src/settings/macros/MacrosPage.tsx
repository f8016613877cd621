import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Ellipsis, Pencil, Plus, Trash2, Zap } from "lucide-react";
import { answer, api, ask, ifMatch } from "../../api/client";
import { usePages } from "../../api/pages";
import { useStream } from "../../live/context";
import { listTeams } from "../../live/desk";
import type { Macro } from "../../live/macros";
import { useMe } from "../../session/context";
import { Button } from "../../ui/Button";
import { Confirm } from "../../ui/Confirm";
import { useShown, useShows } from "../../ui/form";
import { Listing } from "../../ui/Listing";
import { Menu } from "../../ui/Menu";
import { Page } from "../../ui/Page";
import { Row, Rows } from "../../ui/Rows";
import { Empty, useProblem } from "../../ui/States";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { number } from "../../words/times";
import { macroForm, MacroForm } from "./MacroForm";

/** Prepared replies and notes, with what is done besides. */
export default function MacrosPage({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [isAdding, setIsAdding] = useShown(macroForm());
  const macros = usePages(["settings", "macros"], (cursor) =>
    ask(api.GET("/api/v1/macros", { params: { query: { cursor, limit: 50 } } })),
  );
  const changed = () =>
    Promise.all([
      cache.invalidateQueries({ queryKey: ["settings", "macros"] }),
      cache.invalidateQueries({ queryKey: ["macros"] }),
    ]);
  useStream("desk", (told) => {
    const isMacro = told.kind === "happened" && told.event.type.startsWith("macro.");
    if (isMacro || told.kind === "reset") void changed();
  });
  return (
    <Page
      title={t("settings.pages.macros")}
      about={t("settings.macros.about")}
      does={
        <Button look="primary" onClick={() => setIsAdding(true)}>
          <Plus size={15} aria-hidden /> {t("settings.macros.add")}
        </Button>
      }
    >
      <Listing
        of={macros}
        empty={
          <Empty icon={Zap} title={t("settings.macros.none")}>
            <p>{t("settings.macros.noneAbout")}</p>
          </Empty>
        }
      >
        {(rows) => (
          <Rows
            label={t("settings.pages.macros")}
            heads={[t("settings.macros.name"), t("settings.macros.seenBy"), t("settings.macros.used")]}
          >
            {rows.map((macro) => (
              <MacroRow key={macro.id} macro={macro} isAdmin={isAdmin} onChanged={changed} />
            ))}
          </Rows>
        )}
      </Listing>
      {isAdding && <MacroForm isAdmin={isAdmin} onClose={() => setIsAdding(false)} onChanged={changed} />}
    </Page>
  );
}

interface RowProps {
  macro: Macro;
  isAdmin: boolean;
  onChanged: () => Promise<unknown>;
}

function MacroRow({ macro, isAdmin, onChanged }: RowProps) {
  const { t } = useWords();
  const me = useMe();
  const inWords = useProblem();
  const teams = useQuery(listTeams).data ?? [];
  const [shows, setShows] = useShows<"edit" | "delete">(macroForm(macro.id), "edit");
  const close = () => setShows(null);
  const isOwn = macro.ownerId === me.id;
  const may = isAdmin ? isOwn || macro.visibility !== "private" : isOwn && macro.visibility !== "all";
  const team = teams.find((one) => one.id === macro.teamId);
  const params = { path: { macro_id: macro.id }, header: ifMatch(macro.version) };
  const archive = () =>
    ask(api.PATCH("/api/v1/macros/{macro_id}", { params, body: { isArchived: !macro.isArchived } }))
      .catch((error: unknown) => void toast(inWords(error), { isProblem: true }))
      .finally(() => void onChanged());
  const remove = async () => {
    await answer(api.DELETE("/api/v1/macros/{macro_id}", { params })).finally(() => void onChanged());
  };
  return (
    <>
      <Row
        title={macro.name}
        sub={macro.isArchived ? t("settings.macros.archived") : macro.comment?.content.slice(0, 120)}
        isFaint={macro.isArchived}
        facts={[
          {
            name: t("settings.macros.seenBy"),
            shows: <span>{team ? team.name : t(`settings.views.visibility.${macro.visibility}`)}</span>,
          },
          { name: t("settings.macros.used"), shows: <span>{number(macro.usageCount)}</span> },
        ]}
        end={
          may && (
            <Menu
              label={t("settings.macros.menu", { name: macro.name })}
              icon={<Ellipsis size={16} aria-hidden />}
              items={[
                { name: t("ui.edit"), icon: <Pencil size={15} />, onPick: () => setShows("edit") },
                {
                  name: t(macro.isArchived ? "settings.fields.restore" : "settings.fields.archive"),
                  icon: macro.isArchived ? <ArchiveRestore size={15} /> : <Archive size={15} />,
                  onPick: () => void archive(),
                },
                { name: t("ui.delete"), icon: <Trash2 size={15} />, isDanger: true, onPick: () => setShows("delete") },
              ]}
            />
          )
        }
      />
      {shows === "edit" && <MacroForm macro={macro} isAdmin={isAdmin} onClose={close} onChanged={onChanged} />}
      {shows === "delete" && (
        <Confirm
          title={t("settings.macros.deleteTitle", { name: macro.name })}
          does={t("ui.delete")}
          onConfirm={remove}
          onClose={close}
        >
          {t("settings.macros.deleteAbout")}
        </Confirm>
      )}
    </>
  );
}
