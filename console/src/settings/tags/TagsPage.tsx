import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Tags } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { api, ask } from "../../api/client";
import { useStream } from "../../live/context";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { SearchInput } from "../../ui/Filters";
import { FormDialog } from "../../ui/FormDialog";
import { useForm } from "../../ui/form";
import { Bar, Page } from "../../ui/Page";
import { Row, Rows } from "../../ui/Rows";
import { Empty, Failed, Skeleton } from "../../ui/States";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { number } from "../../words/times";

/** The tags that tickets have; several become one. */
export default function TagsPage() {
  const { t } = useWords();
  const cache = useQueryClient();
  const [text, setText] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [isRenaming, setIsRenaming] = useState(false);
  const q = useDeferredValue(text.trim());
  const tags = useQuery({
    queryKey: ["settings", "tags", q],
    queryFn: () => ask(api.GET("/api/v1/tags", { params: { query: { q, limit: 500 } } })),
    placeholderData: (before) => before,
  });
  const changed = () => cache.invalidateQueries({ queryKey: ["settings", "tags"] });
  useStream("desk", (told) => {
    if ((told.kind === "happened" && told.event.type === "tag.renamed") || told.kind === "reset") void changed();
  });
  const pick = (tag: string) =>
    setChosen(chosen.includes(tag) ? chosen.filter((one) => one !== tag) : [...chosen, tag]);
  return (
    <Page
      title={t("settings.pages.tags")}
      about={t("settings.tags.about")}
      does={
        <Button look="primary" disabled={chosen.length === 0} onClick={() => setIsRenaming(true)}>
          <Pencil size={15} aria-hidden /> {t("settings.tags.rename", { count: chosen.length })}
        </Button>
      }
    >
      <Bar>
        <SearchInput label={t("settings.tags.search")} value={text} onChange={(event) => setText(event.target.value)} />
      </Bar>
      {tags.data ? (
        tags.data.data.length === 0 ? (
          <Empty icon={Tags} title={t("settings.tags.none")} />
        ) : (
          <Rows label={t("settings.pages.tags")} heads={[t("settings.tags.tag"), t("settings.tags.count")]}>
            {tags.data.data.map(({ tag, count }) => (
              <Row
                key={tag}
                look={
                  <input
                    type="checkbox"
                    aria-label={t("settings.tags.choose", { name: tag })}
                    checked={chosen.includes(tag)}
                    onChange={() => pick(tag)}
                  />
                }
                title={<bdi>{tag}</bdi>}
                facts={[{ name: t("settings.tags.count"), shows: <span>{number(count)}</span> }]}
              />
            ))}
          </Rows>
        )
      ) : tags.isError ? (
        <Failed error={tags.error} onAgain={() => void tags.refetch()} />
      ) : (
        <Skeleton />
      )}
      {isRenaming && (
        <Rename
          tags={chosen}
          onClose={() => setIsRenaming(false)}
          onChanged={async () => {
            setChosen([]);
            await changed();
          }}
        />
      )}
    </Page>
  );
}

interface RenameProps {
  tags: readonly string[];
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

function Rename({ tags, onClose, onChanged }: RenameProps) {
  const { t } = useWords();
  const form = useForm("tags", { to: tags[0] ?? "" });
  const { to } = form.fields;
  const onSend = async () => {
    const swept = await ask(api.POST("/api/v1/tags/rename", { body: { tags: [...tags], to: to.trim() } }));
    toast(t(swept.isDone ? "settings.tags.renamed" : "settings.tags.renaming", { count: swept.changed }));
    await onChanged();
  };
  return (
    <FormDialog
      title={t("settings.tags.renameTitle", { count: tags.length })}
      does={t("settings.tags.does")}
      sending={form}
      onSend={onSend}
      onClose={onClose}
    >
      <p>{tags.join(", ")}</p>
      <TextField
        label={t("settings.tags.to")}
        hint={t("settings.tags.toHint")}
        required
        maxLength={50}
        {...form.text("to")}
      />
    </FormDialog>
  );
}
