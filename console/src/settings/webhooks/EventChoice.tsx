import { useId } from "react";
import { useWords } from "../../words";
import { comesAlong, depth, EVERYTHING, GROUPS, toggled, type EventType, type Group } from "./events";
import css from "./Webhooks.module.css";

interface Props {
  events: readonly string[];
  onChange: (events: readonly string[]) => void;
  problem: string | undefined;
}

/** Everything, or some of what happens, by what it happens to. */
export function EventChoice({ events, onChange, problem }: Props) {
  const { t } = useWords();
  const name = useId();
  const isAll = events.includes(EVERYTHING);
  return (
    <fieldset className={css.choice}>
      <legend>{t("settings.webhooks.events")}</legend>
      <div className={css.radios}>
        <label>
          <input type="radio" name={name} checked={isAll} onChange={() => onChange([EVERYTHING])} />
          {t("settings.webhooks.everything")}
        </label>
        <label>
          <input type="radio" name={name} checked={!isAll} onChange={() => onChange(["ticket.created"])} />
          {t("settings.webhooks.some")}
        </label>
      </div>
      {!isAll && (
        <div className={css.groups}>
          {(Object.keys(GROUPS) as Group[]).map((group) => (
            <div key={group} role="group" aria-label={t(`settings.webhooks.groups.${group}`)}>
              <h3>{t(`settings.webhooks.groups.${group}`)}</h3>
              {GROUPS[group].map((type) => (
                <OneEvent key={type} type={type} events={events} onChange={onChange} />
              ))}
            </div>
          ))}
        </div>
      )}
      {events.length === 0 && <p className={css.problem}>{t("settings.webhooks.chooseOne")}</p>}
      {problem && <p className={css.problem}>{problem}</p>}
    </fieldset>
  );
}

function OneEvent({ type, events, onChange }: { type: EventType } & Pick<Props, "events" | "onChange">) {
  const { t } = useWords();
  const isAlong = comesAlong(events, type);
  return (
    <label style={{ paddingInlineStart: depth(type) * 22 }} className={isAlong ? css.along : undefined}>
      <input
        type="checkbox"
        checked={isAlong || events.includes(type)}
        disabled={isAlong}
        onChange={() => onChange(toggled(events, type))}
      />
      {t(`settings.webhooks.types.${type}`)}
    </label>
  );
}
