import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask, type Schemas } from "../api/client";
import { Dialog } from "../ui/Dialog";
import { CheckField } from "../ui/Field";
import { desktopWanted, wantDesktop } from "../ui/desktop";
import { Failed, Skeleton, useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import css from "./Notifications.module.css";

type Choice = Schemas["Choice"];
const WAYS = ["inApp", "byMail"] as const;
const KEY = ["notifications", "preferences"];

/** How one is told of what: kept at once, and taken back where the hub refuses. */
export function HowTold({ onClose }: { onClose: () => void }) {
  const { t } = useWords();
  const chosen = useQuery({
    queryKey: KEY,
    queryFn: async () => (await ask(api.GET("/api/v1/notifications/preferences"))).preferences,
  });
  return (
    <Dialog title={t("notifications.how")} onClose={onClose}>
      {chosen.data ? (
        <Choices all={chosen.data} />
      ) : chosen.isError ? (
        <Failed error={chosen.error} onAgain={() => void chosen.refetch()} />
      ) : (
        <Skeleton lines={4} />
      )}
      <OnDesktop />
    </Dialog>
  );
}

function Choices({ all }: { all: Choice[] }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const inWords = useProblem();
  const choose = async (choice: Choice) => {
    const become = (one: Choice) =>
      cache.setQueryData<Choice[]>(KEY, (now) => now?.map((other) => (other.kind === one.kind ? one : other)));
    const before = all.find((one) => one.kind === choice.kind);
    become(choice);
    try {
      await ask(api.PUT("/api/v1/notifications/preferences", { body: { preferences: [choice] } }));
    } catch (error) {
      if (before) become(before);
      toast(inWords(error), { isProblem: true });
    }
  };
  return (
    <table className={css.choices}>
      <thead>
        <tr>
          <th scope="col">{t("notifications.what")}</th>
          {WAYS.map((way) => (
            <th key={way} scope="col">
              {t(`notifications.ways.${way}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {all.map((choice) => (
          <tr key={choice.kind}>
            <th scope="row">
              {t(`notifications.kinds.${choice.kind}`)}
              <small>{t(`notifications.kindsAbout.${choice.kind}`)}</small>
            </th>
            {WAYS.map((way) => (
              <td key={way}>
                <input
                  type="checkbox"
                  aria-label={`${t(`notifications.kinds.${choice.kind}`)}: ${t(`notifications.ways.${way}`)}`}
                  checked={choice[way]}
                  onChange={(event) => void choose({ ...choice, [way]: event.target.checked })}
                />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function OnDesktop() {
  const { t } = useWords();
  const [isWanted, setIsWanted] = useState(desktopWanted);
  const [isDenied, setIsDenied] = useState(false);
  return (
    <CheckField
      label={t("shell.desktop")}
      hint={isDenied ? t("shell.desktopDenied") : t("shell.desktopHint")}
      checked={isWanted}
      onChange={(event) => {
        void wantDesktop(event.target.checked).then((granted) => {
          setIsWanted(granted);
          setIsDenied(event.target.checked && !granted);
        });
      }}
    />
  );
}
