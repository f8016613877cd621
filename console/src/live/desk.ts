/** Who works at the desk: agents, admins and teams, for choosing somebody. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../api/client";

export type Agent = Schemas["UserPayload"];
export type Team = Schemas["TeamPayload"];

const PAGE = 100;
const FRESH_MS = 5 * 60_000;

/** Everybody of a role, page by page. */
async function everybody(role: "AGENT" | "ADMIN"): Promise<Agent[]> {
  const found: Agent[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: { role: typeof role; isActive: true; limit: number; cursor: string } = {
      role,
      isActive: true,
      limit: PAGE,
      cursor,
    };
    const page: Schemas["UserList"] = await ask(api.GET("/api/v1/users", { params: { query } }));
    found.push(...page.data);
    cursor = page.meta.nextCursor ?? null;
  }
  return found;
}

/** Agents and admins who are there, by name. */
export const listStaff = queryOptions({
  queryKey: ["staff"],
  queryFn: async () => {
    const both = await Promise.all([everybody("AGENT"), everybody("ADMIN")]);
    return both.flat().sort((one, other) => one.name.localeCompare(other.name));
  },
  staleTime: FRESH_MS,
});

export const listTeams = queryOptions({
  queryKey: ["teams"],
  queryFn: async () =>
    (await ask(api.GET("/api/v1/teams", { params: { query: { isActive: true, limit: 100 } } }))).data,
  staleTime: FRESH_MS,
});
