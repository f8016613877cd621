import { useQueryClient } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { api, ask } from "../../api/client";
import { usePages } from "../../api/pages";
import { Button } from "../../ui/Button";
import { Copyable } from "../../ui/Copyable";
import { Dialog } from "../../ui/Dialog";
import { useShown } from "../../ui/form";
import { Listing } from "../../ui/Listing";
import { Bar, Page } from "../../ui/Page";
import { Rows } from "../../ui/Rows";
import { Empty } from "../../ui/States";
import { useWords } from "../../words";
import { Choose } from "../Choose";
import { keyForm, KeyForm } from "./KeyForm";
import { KeyRow } from "./KeyRow";
import css from "./Keys.module.css";

/** Keys for programs that act for somebody. */
export default function KeysPage({ isAdmin }: { isAdmin: boolean }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const [whose, setWhose] = useState<"own" | "all">("own");
  const [isAdding, setIsAdding] = useShown(keyForm());
  const [token, setToken] = useState<string | null>(null);
  const all = whose === "all";
  const keys = usePages(["settings", "keys", whose], (cursor) =>
    ask(api.GET("/api/v1/api-keys", { params: { query: { cursor, limit: 50, all } } })),
  );
  const changed = () => cache.invalidateQueries({ queryKey: ["settings", "keys"] });
  return (
    <Page
      title={t("settings.pages.keys")}
      about={t("settings.keys.about")}
      does={
        <Button look="primary" onClick={() => setIsAdding(true)}>
          <Plus size={15} aria-hidden /> {t("settings.keys.add")}
        </Button>
      }
    >
      {isAdmin && (
        <Bar>
          <Choose
            label={t("settings.keys.whose")}
            value={whose}
            onPick={setWhose}
            options={[
              { value: "own", name: t("settings.keys.own") },
              { value: "all", name: t("settings.keys.everybodys") },
            ]}
          />
        </Bar>
      )}
      <Listing
        of={keys}
        empty={
          <Empty icon={KeyRound} title={t("settings.keys.none")}>
            <p>{t("settings.keys.noneAbout")}</p>
          </Empty>
        }
      >
        {(rows) => (
          <Rows
            label={t("settings.pages.keys")}
            heads={[
              t("settings.keys.name"),
              ...(all ? [t("settings.keys.whose")] : []),
              t("settings.keys.lastUsed"),
              t("settings.keys.ends"),
            ]}
            widths={all ? ["minmax(0, 160px)"] : []}
          >
            {rows.map((key) => (
              <KeyRow key={key.id} of={key} isNamed={all} onChanged={changed} />
            ))}
          </Rows>
        )}
      </Listing>
      {isAdding && (
        <KeyForm
          onClose={() => setIsAdding(false)}
          onSend={async (body) => {
            const made = await ask(api.POST("/api/v1/api-keys", { body }));
            setToken(made.token);
            await changed();
          }}
        />
      )}
      {token !== null && (
        <Dialog title={t("settings.keys.madeTitle")} onClose={() => setToken(null)}>
          <p className="soft">{t("settings.keys.once")}</p>
          <Copyable label={t("settings.keys.token")} text={token} />
          <p className="soft">
            {t("settings.keys.sendAs")} <code dir="ltr">Authorization: Bearer hk_…</code>
          </p>
          <div className={css.foot}>
            <Button look="primary" onClick={() => setToken(null)}>
              {t("settings.keptIt")}
            </Button>
          </div>
        </Dialog>
      )}
    </Page>
  );
}
