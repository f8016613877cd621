import { Unplug } from "lucide-react";
import { useState, type SubmitEvent } from "react";
import { Refusal } from "../api/client";
import { signIn } from "../session/session";
import { Button } from "../ui/Button";
import { Problem, TextField } from "../ui/Field";
import { Mark } from "../ui/Mark";
import { useProblem } from "../ui/States";
import { useWords } from "../words";
import { Demo } from "./Demo";
import css from "./Door.module.css";

/** Signing in; where an address is known at several desks, one is chosen. */
export function Door({ why }: { why: "asked" | "ended" | null }) {
  const { t } = useWords();
  const inWords = useProblem();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [desks, setDesks] = useState<string[]>([]);
  const [problem, setProblem] = useState("");
  const [isBusy, setIsBusy] = useState(false);

  const enter = async (as: string, secret: string, desk?: string) => {
    setIsBusy(true);
    setProblem("");
    try {
      await signIn(as, secret, desk);
    } catch (error) {
      setIsBusy(false);
      if (error instanceof Refusal && error.reason === "choose_tenant") {
        setEmail(as);
        setPassword(secret);
        setDesks(slugs(error.data["tenants"]));
      } else if (error instanceof Refusal && error.status === 401) setProblem(t("door.wrong"));
      else setProblem(inWords(error));
    }
  };
  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    void enter(email, password);
  };

  return (
    <main className={css.alone}>
      <Mark big />
      <form className={css.card} onSubmit={onSubmit}>
        <h1>{t("door.title")}</h1>
        {why === "ended" && <Problem>{t("door.ended")}</Problem>}
        {why === "asked" && <p className="soft">{t("door.goodbye")}</p>}
        <Problem>{problem}</Problem>
        {desks.length === 0 ? (
          <>
            <TextField
              label={t("door.email")}
              type="email"
              name="email"
              autoComplete="username"
              required
              autoFocus
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
            <TextField
              label={t("door.password")}
              type="password"
              name="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <Button type="submit" look="primary" busy={isBusy}>
              {t("door.signIn")}
            </Button>
            <a href="/account/forgot">{t("door.forgot")}</a>
          </>
        ) : (
          <>
            <p>{t("door.chooseDesk")}</p>
            {desks.map((desk) => (
              <Button key={desk} busy={isBusy} onClick={() => void enter(email, password, desk)}>
                {desk}
              </Button>
            ))}
            <Button look="quiet" onClick={() => setDesks([])}>
              {t("door.other")}
            </Button>
          </>
        )}
      </form>
      {document.documentElement.dataset["env"] === "development" && (
        <Demo busy={isBusy} onPick={(as, secret) => void enter(as, secret)} />
      )}
      <Foot />
    </main>
  );
}

function slugs(tenants: unknown): string[] {
  if (!Array.isArray(tenants)) return [];
  return tenants.map((one: unknown) => (typeof one === "string" ? one : (one as { slug: string }).slug));
}

function Foot() {
  const { t } = useWords();
  return (
    <p className={css.foot}>
      <a href="/api-docs">{t("door.apiDocs")}</a>
      <a href="/health">{t("door.health")}</a>
    </p>
  );
}

/** Nobody comes in here, and why. */
export function Refused({ message }: { message: string }) {
  const { t } = useWords();
  return (
    <main className={css.alone}>
      <Mark big />
      <div className={css.card}>
        <h1>{t("door.refusedTitle")}</h1>
        <p>{message}</p>
      </div>
      <Foot />
    </main>
  );
}

export function Unreachable() {
  const { t } = useWords();
  return (
    <main className={css.alone}>
      <Mark big />
      <p className={css.away} role="status">
        <Unplug size={18} aria-hidden /> {t("door.unreachable")}
      </p>
    </main>
  );
}
