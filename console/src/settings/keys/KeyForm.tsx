import { TriangleAlert } from "lucide-react";
import type { Schemas } from "../../api/client";
import { useMe } from "../../session/context";
import { Button } from "../../ui/Button";
import { SelectField, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useForm } from "../../ui/form";
import { useWords } from "../../words";
import { day } from "../../words/times";
import css from "./Keys.module.css";
import { byThing, endsAfter, isWorthEverything, thatRead } from "./scopes";

const LASTS = ["30", "90", "365", "never"] as const;

interface Props {
  /** One that is there; left out: a new one. */
  of?: Schemas["ApiKeyPayload"];
  onSend: (body: Schemas["CreateApiKey"]) => Promise<unknown>;
  onClose: () => void;
}

interface KeyFields {
  name: string;
  scopes: readonly string[];
  lasts: (typeof LASTS)[number];
}

export const keyForm = (id = "new") => `key.${id}`;

export function KeyForm({ of, onSend, onClose }: Props) {
  const { t } = useWords();
  const me = useMe();
  const form = useForm<KeyFields>(
    keyForm(of?.id),
    {
      name: of?.name ?? "",
      scopes: of?.scopes ?? [],
      lasts: "90",
    },
    { called: { lasts: "expiresAt" } },
  );
  const { name, scopes, lasts } = form.fields;
  const setScopes = (chosen: readonly string[]) => form.set({ scopes: chosen });
  const expiresAt = endsAfter(lasts === "never" ? null : Number(lasts), new Date());
  return (
    <FormDialog
      title={of ? t("settings.keys.editTitle") : t("settings.keys.add")}
      does={of ? t("ui.save") : t("settings.keys.create")}
      sending={form}
      onSend={() => onSend({ name: name.trim(), scopes: [...scopes], ...(of ? {} : { expiresAt }) })}
      onClose={onClose}
      isOff={scopes.length === 0}
      wide
    >
      <TextField
        label={t("settings.keys.name")}
        hint={t("settings.keys.nameHint")}
        required
        maxLength={100}
        autoComplete="off"
        {...form.text("name")}
      />
      {!of && (
        <SelectField
          label={t("settings.keys.ends")}
          hint={expiresAt ? day(expiresAt) : t("settings.keys.neverHint")}
          {...form.text("lasts")}
        >
          {LASTS.map((one) => (
            <option key={one} value={one}>
              {one === "never" ? t("ui.never") : t("settings.keys.inDays", { count: Number(one) })}
            </option>
          ))}
        </SelectField>
      )}
      <fieldset className={css.may}>
        <legend>{t("settings.keys.may")}</legend>
        <div className="row">
          <Button onClick={() => setScopes(thatRead(me.scopes))}>{t("settings.keys.onlyRead")}</Button>
          <Button onClick={() => setScopes(me.scopes)}>{t("ui.all")}</Button>
          <Button onClick={() => setScopes([])}>{t("settings.keys.nothing")}</Button>
        </div>
        <Scopes held={me.scopes} chosen={scopes} onChange={setScopes} />
        {scopes.length === 0 && <p className={css.problem}>{t("settings.keys.chooseOne")}</p>}
        {form.about("scopes") && <p className={css.problem}>{form.about("scopes")}</p>}
        {isWorthEverything(scopes) && (
          <p className={css.warns} role="status">
            <TriangleAlert size={16} aria-hidden /> {t("settings.keys.worthEverything")}
          </p>
        )}
      </fieldset>
    </FormDialog>
  );
}

interface ScopesProps {
  held: readonly string[];
  chosen: readonly string[];
  onChange: (scopes: readonly string[]) => void;
}

function Scopes({ held, chosen, onChange }: ScopesProps) {
  const { t } = useWords();
  return (
    <ul className={css.things}>
      {byThing(held).map(({ thing, scopes }) => (
        <li key={thing}>
          <div>
            <strong>{t(`settings.keys.things.${thing}`)}</strong>
            <small>{t(`settings.keys.thingsAbout.${thing}`)}</small>
          </div>
          <div className={css.verbs}>
            {scopes.map(({ verb, scope }) => (
              <label key={scope}>
                <input
                  type="checkbox"
                  aria-label={`${t(`settings.keys.things.${thing}`)}: ${t(`settings.keys.verbs.${verb}`)}`}
                  checked={chosen.includes(scope)}
                  onChange={(event) =>
                    onChange(event.target.checked ? [...chosen, scope] : chosen.filter((one) => one !== scope))
                  }
                />
                {t(`settings.keys.verbs.${verb}`)}
              </label>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
