import { Avatar } from "../ui/Avatar";
import { useWords } from "../words";
import css from "./Door.module.css";

const DESKS = ["acme", "globex"] as const;
const ROLES = ["admin", "agent", "ada", "user"] as const;
const PASSWORD = "demo-password";

/** The logins of the demo data, in development only. At a desk's own address only its own. */
export function Demo({ busy, onPick }: { busy: boolean; onPick: (email: string, password: string) => void }) {
  const { t } = useWords();
  const here = DESKS.find((desk) => location.hostname.startsWith(`${desk}.`));
  const logins = (here ? [here] : DESKS).map((desk) => ({
    desk,
    all: ROLES.map((role) => ({ role, email: `${role}@${desk}.example` })),
  }));
  return (
    <section className={css.demo} aria-label={t("door.demo")}>
      <p>{t("door.demo")}</p>
      <div className={css.desks}>
        {logins.map(({ desk, all }) => (
          <div key={desk}>
            <h2>{desk}</h2>
            {all.map(({ role, email }) => (
              <button key={email} type="button" disabled={busy} onClick={() => onPick(email, PASSWORD)}>
                <Avatar name={role} size={24} />
                <span>
                  {t(`door.demoRole.${role}`)}
                  <small>{email}</small>
                </span>
              </button>
            ))}
          </div>
        ))}
      </div>
      {!here && (
        <button
          type="button"
          className={css.root}
          disabled={busy}
          onClick={() => onPick("root@platform.example", PASSWORD)}
        >
          {t("door.demoRole.root")}
        </button>
      )}
    </section>
  );
}
