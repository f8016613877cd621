import { useWords } from "../../words";
import { EVERYTHING, GROUPS, named, type EventType } from "./events";

const KNOWN: readonly string[] = Object.values(GROUPS).flat();
const MOST_NAMED = 2;

function isKnown(name: string): name is EventType {
  return KNOWN.includes(name);
}

/** Which events, in words; a few of them where there is little room. */
export function EventNames({ events, all = false }: { events: readonly string[]; all?: boolean }) {
  const { t } = useWords();
  const names = named(events);
  if (names.includes(EVERYTHING)) return <span>{t("settings.webhooks.everything")}</span>;
  const spoken = names.map((name) => (isKnown(name) ? t(`settings.webhooks.types.${name}`) : name));
  const rest = all ? 0 : spoken.length - MOST_NAMED;
  const shown = rest > 0 ? spoken.slice(0, MOST_NAMED) : spoken;
  return (
    <span title={spoken.join(", ")}>
      {shown.join(", ")}
      {rest > 0 && ` ${t("settings.webhooks.moreEvents", { count: rest })}`}
    </span>
  );
}
