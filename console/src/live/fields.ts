/** Custom fields, as this person gets them. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../api/client";

export type CustomField = Schemas["CustomFieldPayload"];

export const listFields = queryOptions({
  queryKey: ["custom-fields"],
  queryFn: async () => (await ask(api.GET("/api/v1/custom-fields", { params: { query: { limit: 100 } } }))).data,
  staleTime: 5 * 60_000,
});
