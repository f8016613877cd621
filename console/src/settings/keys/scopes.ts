/** What a key may do: `tickets:read:any` is a thing, what is done to it, and how far that reaches. */
export const THINGS = [
  "tickets",
  "comments",
  "attachments",
  "drafts",
  "notifications",
  "views",
  "fields",
  "tags",
  "macros",
  "templates",
  "users",
  "teams",
  "webhooks",
  "mails",
  "settings",
  "access-log",
  "audit",
] as const;
export type Thing = (typeof THINGS)[number];
export const VERBS = ["read", "write", "delete"] as const;
export type Verb = (typeof VERBS)[number];

export interface ThingScopes {
  thing: Thing;
  scopes: { verb: Verb; scope: string }[];
}

function parts(scope: string): [string, string] {
  const [thing = "", verb = ""] = scope.split(":");
  return [thing, verb];
}

/** The scopes that somebody holds, by thing. */
export function byThing(held: readonly string[]): ThingScopes[] {
  return THINGS.map((thing) => ({
    thing,
    scopes: VERBS.flatMap((verb) => {
      const scope = held.find((one) => parts(one)[0] === thing && parts(one)[1] === verb);
      return scope === undefined ? [] : [{ verb, scope }];
    }),
  })).filter(({ scopes }) => scopes.length > 0);
}

export function thatRead(held: readonly string[]): string[] {
  return held.filter((scope) => parts(scope)[1] === "read");
}

/** Whoever may change people may make admins of them. */
export function isWorthEverything(scopes: readonly string[]): boolean {
  return scopes.some((scope) => scope.startsWith("users:write"));
}

/** When a key made now ends: in so many days; null: never. */
export function endsAfter(days: number | null, now: Date): string | null {
  return days === null ? null : new Date(now.getTime() + days * 86_400_000).toISOString();
}
