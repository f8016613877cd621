/** Deliveries as people read them. */
import { useWords } from "../../words";
import { GROUPS, type EventType } from "./events";
import type { Delivery } from "./states";

const KNOWN: readonly string[] = Object.values(GROUPS).flat();

export function useDeliveryWords() {
  const { t } = useWords();
  return {
    typeOf: (type: string): string => {
      if (type === "webhook.ping") return t("settings.webhooks.ping");
      return KNOWN.includes(type) ? t(`settings.webhooks.types.${type as EventType}`) : type;
    },
    answerOf: (one: Pick<Delivery, "lastStatus" | "lastError" | "attempts">): string => {
      if (one.lastStatus !== null) return `HTTP ${one.lastStatus}`;
      return one.lastError || (one.attempts === 0 ? t("settings.webhooks.notTried") : t("settings.webhooks.noAnswer"));
    },
  };
}
