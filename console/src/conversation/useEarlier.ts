/** What is older than the newest hundred that come with a ticket. */
import { useState } from "react";
import { api, ask, type Schemas } from "../api/client";
import type { Activity, Comment, TicketDetail } from "./state";

const PAGE = 100;
const COMMENTS = 1000;

interface Earlier {
  comments: readonly Comment[];
  activities: readonly Activity[];
}

export interface EarlierBox {
  earlier: Earlier;
  hasMore: boolean;
  isLoading: boolean;
  error: unknown;
  more: () => void;
}

export function useEarlier(detail: TicketDetail | undefined): EarlierBox {
  const [earlier, setEarlier] = useState<Earlier>({ comments: [], activities: [] });
  /** The next page of the timeline; "": the newest; null: there is none. */
  const [cursor, setCursor] = useState<string | null>("");
  const [isLoading, setIsLoading] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isLong = detail !== undefined && (detail.comments.length >= PAGE || detail.activities.length >= PAGE);

  const more = async () => {
    if (!detail || cursor === null) return;
    setIsLoading(true);
    setError(null);
    try {
      const comments = cursor === "" ? await allComments(detail.id) : earlier.comments;
      const page = await older(detail.id, cursor || String(detail.activities.at(-1)?.seq ?? ""));
      setEarlier({ comments, activities: [...earlier.activities, ...page.data] });
      setCursor(page.meta.nextCursor ?? null);
    } catch (problem) {
      setError(problem);
    } finally {
      setIsLoading(false);
    }
  };
  return { earlier, hasMore: isLong && cursor !== null, isLoading, error, more: () => void more() };
}

async function older(id: string, cursor: string): Promise<Schemas["Timeline"]> {
  const query = cursor ? { limit: PAGE, cursor } : { limit: PAGE };
  return ask(api.GET("/api/v1/tickets/{ticket_id}/timeline", { params: { path: { ticket_id: id }, query } }));
}

async function allComments(id: string): Promise<Comment[]> {
  const found: Comment[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: { limit: number; cursor: string } = { limit: COMMENTS, cursor };
    const page: Schemas["CommentList"] = await ask(
      api.GET("/api/v1/tickets/{ticket_id}/comments", { params: { path: { ticket_id: id }, query } }),
    );
    found.push(...page.data);
    cursor = page.meta.nextCursor ?? null;
  }
  return found;
}
