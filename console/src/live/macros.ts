/** Macros that can be used, by name. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../api/client";

export type Macro = Schemas["MacroPayload"];

export const listMacros = queryOptions({
  queryKey: ["macros"],
  queryFn: async () =>
    (await ask(api.GET("/api/v1/macros", { params: { query: { isArchived: false, limit: 100 } } }))).data,
  staleTime: 60_000,
});
