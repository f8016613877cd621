/** Reading and removing: seen at once, and taken back where the hub refuses. */
import { useQueryClient } from "@tanstack/react-query";
import { answer, api } from "../api/client";
import { without, withRead, type Lists, type Notification } from "../live/told";
import { notificationsUnread } from "../live/unread";
import { useProblem } from "../ui/States";
import { toast } from "../ui/toasts";

interface Reading {
  read: (one: Notification) => void;
  readAll: () => void;
  remove: (one: Notification) => void;
}

export function useReading(): Reading {
  const cache = useQueryClient();
  const inWords = useProblem();
  const show = async (change: (lists: Lists) => Lists, count: (unread: number) => number) => {
    await cache.cancelQueries({ queryKey: ["notifications"] });
    cache.setQueriesData<Lists>({ queryKey: ["notifications", "list"] }, change);
    cache.setQueryData(notificationsUnread.queryKey, (unread: number | undefined) => Math.max(0, count(unread ?? 0)));
  };
  const tell = (asked: Promise<unknown>) =>
    asked.then(
      () => cache.invalidateQueries({ queryKey: notificationsUnread.queryKey }),
      (error: unknown) => {
        toast(inWords(error), { isProblem: true });
        return cache.invalidateQueries({ queryKey: ["notifications"] });
      },
    );
  const at = (one: Notification) => ({ params: { path: { notification_id: one.id } } });
  return {
    read: (one) => {
      if (one.isRead) return;
      void show((lists) => withRead(lists, one.id), (unread) => unread - 1); // prettier-ignore
      void tell(answer(api.PUT("/api/v1/notifications/{notification_id}/read", at(one))));
    },
    readAll: () => {
      void show((lists) => withRead(lists, null), () => 0); // prettier-ignore
      void tell(answer(api.PUT("/api/v1/notifications/read-all")));
    },
    remove: (one) => {
      void show((lists) => without(lists, one.id), (unread) => unread - (one.isRead ? 0 : 1)); // prettier-ignore
      void tell(answer(api.DELETE("/api/v1/notifications/{notification_id}", at(one))));
    },
  };
}
