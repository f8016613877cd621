import type { Schemas } from "../../api/client";
import { Facts } from "../../ui/Page";
import { Pill } from "../../ui/Pill";
import { useWords } from "../../words";
import { fullTime, number } from "../../words/times";
import css from "./Webhooks.module.css";

/** One try and its answer, folded. */
export function Try({ one, isOpen }: { one: Schemas["TryPayload"]; isOpen: boolean }) {
  const { t } = useWords();
  const isGood = one.error === "" && one.status !== null && one.status >= 200 && one.status < 300;
  return (
    <details className={css.try} open={isOpen}>
      <summary>
        <strong>{t("settings.webhooks.tryNumber", { number: one.number })}</strong>
        <Pill tone={isGood ? "good" : "bad"}>
          {one.status === null ? t("settings.webhooks.noAnswer") : `HTTP ${one.status}`}
        </Pill>
        <span className="soft">{fullTime(one.startedAt)}</span>
        <span className="faint">{t("settings.webhooks.took", { ms: number(one.durationMs) })}</span>
      </summary>
      <div>
        <Facts
          all={[
            [t("settings.webhooks.url"), <bdi key="" dir="ltr">{one.url}</bdi>], // prettier-ignore
            ...(one.error ? ([[t("settings.webhooks.error"), one.error]] as const) : []),
          ]}
        />
        {one.answer ? (
          <pre className={css.code} dir="ltr" tabIndex={0} aria-label={t("settings.webhooks.answer")}>
            {one.answer}
          </pre>
        ) : (
          <p className="soft">{t("settings.webhooks.emptyAnswer")}</p>
        )}
      </div>
    </details>
  );
}
