/** What a ticket holds besides: the fields that an admin has defined, each saved by itself. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState, type ReactNode } from "react";
import { api, ask } from "../api/client";
import type { TicketDetail } from "../conversation/state";
import { showTicket } from "../conversation/useTicket";
import { listStaff } from "../live/desk";
import { listFields, type CustomField } from "../live/fields";
import { Picker } from "../ui/Picker";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { asInput, asValue } from "./fieldValues";
import css from "./Properties.module.css";

interface OneProps {
  field: CustomField;
  value: unknown;
  onChange: (value: unknown) => void;
}

export function CustomFields({ ticket }: { ticket: TicketDetail }) {
  const cache = useQueryClient();
  const inWords = useProblem();
  const fields = useQuery(listFields).data ?? [];
  const save = async (field: CustomField, value: unknown) => {
    const params = { path: { ticket_id: ticket.id } };
    const body = { setCustomFields: { [field.key]: value } };
    try {
      showTicket(cache, await ask(api.PATCH("/api/v1/tickets/{ticket_id}", { params, body })));
    } catch (error) {
      toast(inWords(error), { isProblem: true });
    }
  };
  return fields
    .filter((field) => !field.isArchived)
    .map((field) => (
      <One
        key={field.id}
        field={field}
        value={ticket.customFields[field.key]}
        onChange={(value) => void save(field, value)}
      />
    ));
}

function One(props: OneProps) {
  const { field } = props;
  const { t } = useWords();
  const id = useId();
  return (
    <div
      className={`${css.row} ${css.ofField}`}
      role="group"
      aria-labelledby={id}
      title={field.description || undefined}
    >
      <span id={id} className={css.name}>
        {field.label}
        {!field.isShown && <span className="sr-only"> ({t("ticket.fieldForStaff")})</span>}
      </span>
      <div className={css.value}>
        <Input {...props} />
      </div>
    </div>
  );
}

function Input({ field, value, onChange }: OneProps): ReactNode {
  const { t } = useWords();
  const staff = useQuery({ ...listStaff, enabled: field.type === "user" }).data ?? [];
  switch (field.type) {
    case "checkbox":
      return (
        <input
          type="checkbox"
          aria-label={field.label}
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
      );
    case "select":
    case "multi_select":
    case "user": {
      const several = field.type === "multi_select";
      const known = field.type === "user" ? staff.map(({ id, name }) => ({ value: id, label: name })) : field.options;
      const chosen = several
        ? Array.isArray(value)
          ? (value as string[])
          : []
        : ((value as string | undefined) ?? null);
      const names = known.filter((one) => (Array.isArray(chosen) ? chosen.includes(one.value) : chosen === one.value));
      const none = { value: null, name: t("ticket.fieldNothing") };
      return (
        <Picker<string | null>
          label={field.label}
          className={css.picker}
          several={several}
          searchable={known.length > 8}
          value={chosen}
          options={[...(several ? [] : [none]), ...known.map((one) => ({ value: one.value, name: one.label }))]}
          onPick={(picked) => {
            if (!Array.isArray(chosen)) onChange(picked);
            else if (picked !== null)
              onChange(chosen.includes(picked) ? chosen.filter((one) => one !== picked) : [...chosen, picked]);
          }}
        >
          {names.length > 0 ? (
            <span className="clip">{names.map((one) => one.label).join(", ")}</span>
          ) : (
            <span className="faint">{t("ticket.fieldNothing")}</span>
          )}
        </Picker>
      );
    }
    default:
      return <Typed field={field} value={value} onChange={onChange} />;
  }
}

const KINDS = { text: "text", number: "number", date: "date", url: "url" } as const;

/** Saved when one leaves it, or with Enter; Escape takes back what was typed. */
function Typed({ field, value, onChange }: OneProps) {
  const { t } = useWords();
  const [typed, setTyped] = useState<string | null>(null);
  const known = asInput(value);
  const save = () => {
    if (typed !== null && typed !== known) onChange(asValue(field.type, typed));
    setTyped(null);
  };
  return (
    <>
      <input
        className={css.typed}
        type={KINDS[field.type as keyof typeof KINDS]}
        step="any"
        dir="auto"
        aria-label={field.label}
        placeholder={t("ticket.fieldNothing")}
        value={typed ?? known}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Enter") save();
          else if (event.key === "Escape") setTyped(null);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {field.type === "url" && known && (
        <a href={known} target="_blank" rel="noopener noreferrer" className="clip">
          {t("ticket.fieldOpen")}
        </a>
      )}
    </>
  );
}
