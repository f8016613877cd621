/** The next ticket that waits becomes one's own, and is opened. */
import { api, ask, Refusal } from "../api/client";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";
import { useWords } from "../words";

export function useTakeNext(go: (path: string) => void): () => void {
  const { t } = useWords();
  const inWords = useProblem();
  return () => {
    ask(api.POST("/api/v1/tickets/next"))
      .then((ticket) => {
        toast(t("ticket.taken", { number: ticket.number }));
        go(`/tickets/${ticket.id}`);
      })
      .catch((error: unknown) => {
        const isNone = error instanceof Refusal && error.status === 404;
        toast(isNone ? t("ticket.noneWaits") : inWords(error), { isProblem: !isNone });
      });
  };
}
