import { Problem, SelectField, TextField } from "../../ui/Field";
import { useWords } from "../../words";
import css from "./Desk.module.css";
import { isShorter, KEPT, KINDS, MOST_DAYS, type Keeping, type Kind, type Rule } from "./keeping";

const RULES: readonly Rule[] = ["hub", "ever", "days"];
type All = Record<Kind, Keeping>;

interface Props {
  before: All;
  now: All;
  onChange: (now: All) => void;
  problem: string | undefined;
}

/** How long each kind of what is kept is kept. */
export function KeepingFields({ before, now, onChange, problem }: Props) {
  return (
    <div className={css.keeping}>
      <Problem>{problem}</Problem>
      {KINDS.map((kind) => (
        <One
          key={kind}
          kind={kind}
          before={before[kind]}
          now={now[kind]}
          onChange={(one) => onChange({ ...now, [kind]: one })}
        />
      ))}
    </div>
  );
}

interface OneProps {
  kind: Kind;
  before: Keeping;
  now: Keeping;
  onChange: (now: Keeping) => void;
}

function One({ kind, before, now, onChange }: OneProps) {
  const { t } = useWords();
  const what = t(`settings.desk.keeping.kinds.${kind}`);
  const shorter = isShorter(kind, before, now);
  return (
    <div className={css.one}>
      <SelectField
        label={what}
        value={now.rule}
        hint={now.rule === "hub" ? t(`settings.desk.keeping.hub.${kind}`) : undefined}
        onChange={(event) => onChange({ rule: event.target.value as Rule, days: before.days || String(KEPT[kind]) })}
      >
        {RULES.map((rule) => (
          <option key={rule} value={rule}>
            {t(`settings.desk.keeping.rules.${rule}`)}
          </option>
        ))}
      </SelectField>
      {now.rule === "days" && (
        <TextField
          label={t("settings.desk.keeping.days", { what })}
          hint={shorter ? t("settings.desk.keeping.shorter") : t("settings.desk.keeping.fewest", { count: KEPT[kind] })}
          type="number"
          inputMode="numeric"
          required
          min={KEPT[kind]}
          max={MOST_DAYS}
          step={1}
          value={now.days}
          onChange={(event) => onChange({ rule: "days", days: event.target.value })}
        />
      )}
    </div>
  );
}
