/** Saved views, as the sidebar and the queue know them. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../api/client";

export type View = Schemas["ViewPayload"];

export const listViews = queryOptions({
  queryKey: ["views"],
  queryFn: async () => (await ask(api.GET("/api/v1/views", { params: { query: { limit: 100 } } }))).data,
});
