/** How many notifications nobody has read yet. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask } from "../api/client";

export const notificationsUnread = queryOptions({
  queryKey: ["notifications", "unread"],
  queryFn: async () =>
    (await ask(api.GET("/api/v1/notifications", { params: { query: { unreadOnly: true, limit: 1 } } }))).meta
      .unreadCount,
  // What was read on another device is told by no event: so look when one comes back to this window.
  refetchOnWindowFocus: "always",
});
