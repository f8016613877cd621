/** What is shown where there is nothing, not yet, or not now. */
import { CloudOff, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Refusal } from "../api/client";
import { useWords } from "../words";
import { Button } from "./Button";
import css from "./States.module.css";

interface EmptyProps {
  icon: LucideIcon;
  title: string;
  /** It is all that there is at an address. */
  isPage?: boolean;
  children?: ReactNode;
}

export function Empty({ icon: Icon, title, isPage = false, children }: EmptyProps) {
  const Title = isPage ? "h1" : "h2";
  return (
    <div className={css.empty}>
      <Icon size={40} strokeWidth={1.25} aria-hidden />
      <Title>{title}</Title>
      {children}
    </div>
  );
}

export function Failed({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  const { t } = useWords();
  return (
    <Empty icon={CloudOff} title={t("ui.didNotWork")}>
      <p role="alert">{useProblem()(error)}</p>
      {onAgain && <Button onClick={onAgain}>{t("ui.again")}</Button>}
    </Empty>
  );
}

/** What was refused, in words: the hub's own, or that it was not reached. */
export function useProblem(): (error: unknown) => string {
  const { t } = useWords();
  return (error) => {
    if (!(error instanceof Refusal)) return t("ui.unexpected");
    if (error.status === 0) return t("ui.unreachable");
    if (error.status === 429) return t("ui.tooMany", { count: error.retryAfter ?? 1 });
    const fields = error.details.filter((detail) => detail.field).map((detail) => `${detail.field}: ${detail.message}`);
    return fields.join(" ") || error.message || t("ui.unexpected");
  };
}

export function Skeleton({ lines = 6 }: { lines?: number }) {
  const { t } = useWords();
  return (
    <div role="status" aria-label={t("ui.loading")} className={css.skeleton}>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} style={{ width: `${58 + ((line * 37) % 40)}%` }} />
      ))}
    </div>
  );
}
