/** Notifications in the lists that were read page by page: what is new, read or gone there. Pure. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Schemas } from "../api/client";
import type { OnePage } from "../api/pages";

export type Notification = Schemas["NotificationPayload"];
export type Lists = InfiniteData<OnePage<Notification>> | undefined;

function each(lists: Lists, change: (rows: Notification[]) => Notification[]): Lists {
  return lists && { ...lists, pages: lists.pages.map((page) => ({ ...page, data: change(page.data) })) };
}

/** In front, unless it is there already. */
export function withNew(lists: Lists, told: Notification): Lists {
  if (!lists || lists.pages.some((page) => page.data.some((one) => one.id === told.id))) return lists;
  return {
    ...lists,
    pages: lists.pages.map((page, index) => (index === 0 ? { ...page, data: [told, ...page.data] } : page)),
  };
}

/** Read: one, or where `id` is null all of them. They stay where they are. */
export function withRead(lists: Lists, id: string | null): Lists {
  return each(lists, (rows) => rows.map((one) => (id === null || one.id === id ? { ...one, isRead: true } : one)));
}

export function without(lists: Lists, id: string): Lists {
  return each(lists, (rows) => rows.filter((one) => one.id !== id));
}
