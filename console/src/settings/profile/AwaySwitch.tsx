import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ask } from "../../api/client";
import type { Me } from "../../session/session";
import { CheckField, Problem } from "../../ui/Field";
import { useSending } from "../../ui/sending";
import { useWords } from "../../words";

/** Whoever is away gets no ticket by themselves. */
export function AwaySwitch({ me }: { me: Me }) {
  const { t } = useWords();
  const cache = useQueryClient();
  const sending = useSending();
  const queryKey = ["user", me.id];
  const own = useQuery({
    queryKey,
    queryFn: () => ask(api.GET("/api/v1/users/{user_id}", { params: { path: { user_id: me.id } } })),
  });
  /** What was chosen, until the hub has answered. */
  const [chosen, setChosen] = useState<boolean | null>(null);
  const set = (isAway: boolean) => {
    setChosen(isAway);
    void sending
      .send(async () => {
        cache.setQueryData(queryKey, await ask(api.PUT("/api/v1/users/me/away", { body: { isAway } })));
      })
      .then(() => setChosen(null));
  };
  return (
    <>
      <Problem>{sending.problem}</Problem>
      <CheckField
        label={t("settings.profile.isAway")}
        checked={chosen ?? Boolean(own.data?.awaySince)}
        disabled={own.isPending || sending.isBusy}
        onChange={(event) => set(event.target.checked)}
      />
    </>
  );
}
