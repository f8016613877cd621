/** What other tickets are to one: related, merged into it, or where it forwards to. */
import { queryOptions } from "@tanstack/react-query";
import { api, ask, type Schemas } from "../api/client";

export type Relation = Schemas["RelationPayload"];
export type RelationWord = Relation["relation"];
export type Merge = Schemas["Merge"];

/** In the order in which they are offered. */
export const RELATIONS: readonly RelationWord[] = ["link", "duplicate_of", "duplicated_by", "parent", "child"];

/** What is told of these is read anew. */
export const TELL_OF_OTHERS = new Set(["ticket.linked", "ticket.unlinked", "ticket.merged", "ticket.unmerged", "ticket.split"]); // prettier-ignore

export const relatedKey = (id: string) => ["related", id] as const;

export const listRelated = (id: string) =>
  queryOptions({
    queryKey: relatedKey(id),
    queryFn: async () => {
      const params = { path: { ticket_id: id } };
      const [relations, merges] = await Promise.all([
        ask(api.GET("/api/v1/tickets/{ticket_id}/relations", { params })),
        ask(api.GET("/api/v1/tickets/{ticket_id}/merges", { params })),
      ]);
      return { relations: relations.data, ...merges };
    },
  });
