/** What one is told while one works: the count in the sidebar, the list, and on the desktop where that is wanted. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { showOnDesktop } from "../ui/desktop";
import { useStream } from "./context";
import type { Schemas } from "../api/client";
import { withNew, type Lists, type Notification } from "./told";
import { notificationsUnread } from "./unread";

type Export = Schemas["ExportPayload"];

/** Many may come at once, as when a hundred tickets are assigned: the count is asked for when they are through. */
const COUNT_AFTER_MS = 400;
/** What is told late, after the line was gone, is no news on the desktop. */
const NEWS_FOR_MS = 2 * 60_000;

/** For as long as the workspace is there. `open` leads to a path; `onExport`: a file is there, or has failed. */
export function useNotifying(open: (path: string) => void, onExport: (one: Export) => void): void {
  const cache = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useStream("me", (told) => {
    if (told.kind === "reset" || (told.kind === "began" && !told.resumed)) {
      void cache.invalidateQueries({ queryKey: ["notifications"] });
    }
    if (told.kind === "happened" && told.event.type === "export.finished")
      onExport(told.event.data["export"] as Export);
    if (told.kind !== "happened" || told.event.type !== "notification.created") return;
    const { notification } = told.event.data as unknown as { notification: Notification };
    cache.setQueriesData<Lists>({ queryKey: ["notifications", "list"] }, (lists) => withNew(lists, notification));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      void cache.invalidateQueries({ queryKey: notificationsUnread.queryKey });
    }, COUNT_AFTER_MS);
    if (Date.now() - Date.parse(notification.createdAt) < NEWS_FOR_MS) {
      showOnDesktop(notification.title, notification.message, notification.id, () => open(pathOf(notification)));
    }
  });
}

/** The ticket that it is about. */
export function pathOf(notification: Notification): string {
  const ticketId = notification.data["ticketId"];
  return ticketId ? `/tickets/${ticketId}` : "/notifications";
}
