import { useId } from "react";
import { useWords } from "../words";
import { SPANS, type Chosen, type Days, type DaysProblem } from "./days";
import css from "./Analytics.module.css";

interface Props {
  chosen: Chosen;
  days: Days;
  /** Today, in the zone of whoever looks. */
  present: string;
  problem: DaysProblem | null;
  onChoose: (chosen: Chosen) => void;
}

/** The last week, month, quarter, or days of one's own. */
export function DaysPicker({ chosen, days, present, problem, onChoose }: Props) {
  const { t } = useWords();
  const id = useId();
  const isOwn = !("span" in chosen);
  return (
    <fieldset className={css.days} aria-describedby={problem ? `${id}-problem` : undefined}>
      <legend className="sr-only">{t("analytics.range")}</legend>
      {SPANS.map((span) => (
        <label key={span} className={css.choice}>
          <input type="radio" name={id} checked={!isOwn && chosen.span === span} onChange={() => onChoose({ span })} />
          <span>{t("analytics.lastDays", { count: span })}</span>
        </label>
      ))}
      <label className={css.choice}>
        <input type="radio" name={id} checked={isOwn} onChange={() => onChoose(days)} />
        <span>{t("analytics.own")}</span>
      </label>
      {isOwn && (
        <span className={css.own}>
          {(["from", "to"] as const).map((end) => (
            <label key={end}>
              <span>{t(`analytics.${end}`)}</span>
              <input
                type="date"
                value={days[end]}
                max={present}
                aria-invalid={problem !== null}
                onChange={(event) => onChoose({ ...days, [end]: event.target.value })}
              />
            </label>
          ))}
        </span>
      )}
      {problem && (
        <p id={`${id}-problem`} role="alert" className={css.problem}>
          {t(`analytics.problem.${problem}`)}
        </p>
      )}
    </fieldset>
  );
}
