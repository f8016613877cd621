import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { api, ask, type Schemas } from "../../api/client";
import { useMe } from "../../session/context";
import { Confirm } from "../../ui/Confirm";
import { useShows } from "../../ui/form";
import { Menu } from "../../ui/Menu";
import { Pill } from "../../ui/Pill";
import { Row } from "../../ui/Rows";
import { Time, useNow } from "../../ui/Time";
import { useWords } from "../../words";
import { day } from "../../words/times";
import { Named } from "../Named";
import { keyForm, KeyForm } from "./KeyForm";
import { byThing } from "./scopes";

interface Props {
  of: Schemas["ApiKeyPayload"];
  /** Whose it is stands there too. */
  isNamed: boolean;
  onChanged: () => Promise<unknown>;
}

export function KeyRow({ of: key, isNamed, onChanged }: Props) {
  const { t } = useWords();
  const me = useMe();
  const now = useNow();
  const [shows, setShows] = useShows<"edit" | "revoke">(keyForm(key.id), "edit");
  const close = () => setShows(null);
  const at = { params: { path: { key_id: key.id } } };
  const isOver = key.expiresAt !== null && Date.parse(key.expiresAt) < now;
  const may = byThing(key.scopes).map(
    ({ thing, scopes }) =>
      `${t(`settings.keys.things.${thing}`)} (${scopes.map(({ verb }) => t(`settings.keys.verbs.${verb}`)).join(", ")})`,
  );
  const revoke = async () => {
    await ask(api.DELETE("/api/v1/api-keys/{key_id}", at));
    await onChanged();
  };
  return (
    <>
      <Row
        title={
          <>
            {key.name} <code className="faint">…{key.lastFour}</code>
          </>
        }
        sub={may.join(" · ")}
        isFaint={isOver}
        facts={[
          ...(isNamed ? [{ name: t("settings.keys.whose"), shows: <Named id={key.userId} /> }] : []),
          {
            name: t("settings.keys.lastUsed"),
            shows: key.lastUsedAt ? <Time at={key.lastUsedAt} /> : <span>{t("ui.never")}</span>,
          },
          {
            name: t("settings.keys.ends"),
            shows: isOver ? (
              <Pill tone="bad">{t("settings.keys.over")}</Pill>
            ) : (
              <span>{key.expiresAt ? day(key.expiresAt) : t("ui.never")}</span>
            ),
          },
        ]}
        end={
          <Menu
            label={t("settings.keys.menu", { name: key.name })}
            icon={<Ellipsis size={16} aria-hidden />}
            items={[
              ...(key.userId === me.id
                ? [{ name: t("ui.edit"), icon: <Pencil size={15} />, onPick: () => setShows("edit") }]
                : []),
              {
                name: t("settings.keys.revoke"),
                icon: <Trash2 size={15} />,
                isDanger: true,
                onPick: () => setShows("revoke"),
              },
            ]}
          />
        }
      />
      {shows === "edit" && (
        <KeyForm
          of={key}
          onClose={close}
          onSend={async ({ name, scopes }) => {
            await ask(api.PATCH("/api/v1/api-keys/{key_id}", { ...at, body: { name, scopes } }));
            await onChanged();
          }}
        />
      )}
      {shows === "revoke" && (
        <Confirm
          title={t("settings.keys.revokeTitle", { name: key.name })}
          does={t("settings.keys.revoke")}
          onConfirm={revoke}
          onClose={close}
        >
          {t("settings.keys.revokeAbout")}
        </Confirm>
      )}
    </>
  );
}
