import { useState } from "react";
import { api, ask } from "../../api/client";
import { useMe } from "../../session/context";
import { keep } from "../../ui/begun";
import { SelectField, TextField } from "../../ui/Field";
import { FormDialog } from "../../ui/FormDialog";
import { useSending } from "../../ui/sending";
import { toast } from "../../ui/toasts";
import { useWords } from "../../words";
import { personForm } from "./PersonForm";
import type { Person } from "./people";
import css from "./Users.module.css";

interface Props {
  person: Person;
  onClose: () => void;
  onChanged: () => Promise<unknown>;
}

const KEEP = ["erase", "keep"] as const;
type Fate = (typeof KEEP)[number];
type Consequence = "account" | "access" | "log" | "tickets" | "others" | "mentions" | "backups";

/** For good, so the address is typed first: names are not anybody's alone. */
export function ErasePerson({ person, onClose, onChanged }: Props) {
  const { t } = useWords();
  const me = useMe();
  const sending = useSending(["confirm"]);
  const [texts, setTexts] = useState<Fate>("erase");
  const [tickets, setTickets] = useState<Fate>("keep");
  const [confirm, setConfirm] = useState("");
  const isTyped = confirm.trim().toLowerCase() === person.email;
  const onSend = async () => {
    const params = { path: { user_id: person.id } };
    await ask(api.POST("/api/v1/users/{user_id}/erase", { params, body: { confirm: confirm.trim(), texts, tickets } }));
    keep(me.id, personForm(person.id), {});
    toast(t("settings.users.erased", { name: person.name }), { staysMs: 12_000 });
    if (person.id !== me.id) await onChanged();
  };
  return (
    <FormDialog
      title={t("settings.users.eraseTitle", { name: person.name })}
      does={t("settings.users.eraseForGood")}
      {...{ sending, onSend, onClose }}
      isDanger
      isOff={!isTyped}
    >
      {person.id === me.id && <p className={css.warns}>{t("settings.users.eraseSelf")}</p>}
      <Follows of="goes" all={["account", "access", "log"]} />
      <Follows of="stays" all={[tickets === "keep" ? "tickets" : "others", "mentions", "backups"]} />
      <SelectField
        label={t("settings.users.eraseTexts")}
        value={texts}
        hint={t(`settings.users.eraseTextsHint.${texts}`)}
        onChange={(event) => setTexts(event.target.value as Fate)}
      >
        {KEEP.map((one) => (
          <option key={one} value={one}>
            {t(`settings.users.eraseOr.${one}`)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t("settings.users.eraseTickets")}
        value={tickets}
        hint={t(`settings.users.eraseTicketsHint.${tickets}`)}
        onChange={(event) => setTickets(event.target.value as Fate)}
      >
        {KEEP.map((one) => (
          <option key={one} value={one}>
            {t(`settings.users.eraseOr.${one}`)}
          </option>
        ))}
      </SelectField>
      <TextField
        label={t("settings.users.eraseType", { email: person.email })}
        required
        dir="ltr"
        autoComplete="off"
        spellCheck={false}
        value={confirm}
        onChange={(event) => setConfirm(event.target.value)}
        problem={sending.about("confirm")}
      />
    </FormDialog>
  );
}

function Follows({ of, all }: { of: "goes" | "stays"; all: readonly Consequence[] }) {
  const { t } = useWords();
  return (
    <section className={css.follows}>
      <h3>{t(`settings.users.erase.${of}`)}</h3>
      <ul>
        {all.map((one) => (
          <li key={one}>{t(`settings.users.erase.${one}`)}</li>
        ))}
      </ul>
    </section>
  );
}
