/** Which pages the settings have, and for whom. */
export const PAGES = [
  "profile",
  "keys",
  "users",
  "teams",
  "views",
  "sla",
  "macros",
  "webhooks",
  "mails",
  "templates",
  "desk",
  "fields",
  "tags",
  "audit",
] as const;
export type PageName = (typeof PAGES)[number];

interface Group {
  name: "own" | "desk" | "admin";
  pages: readonly PageName[];
}

const FOR_STAFF: readonly Group[] = [
  { name: "own", pages: ["profile", "keys"] },
  { name: "desk", pages: ["users", "teams", "views", "sla", "macros", "webhooks", "mails"] },
];
const FOR_ADMINS: Group = { name: "admin", pages: ["desk", "fields", "tags", "templates", "audit"] };

export function groupsFor(isAdmin: boolean): readonly Group[] {
  return isAdmin ? [...FOR_STAFF, FOR_ADMINS] : FOR_STAFF;
}
