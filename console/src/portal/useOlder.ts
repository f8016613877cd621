/** Tickets beyond the first hundred, which a live view does not tell. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { api, ask } from "../api/client";
import type { Ticket } from "../conversation/state";

const PAGE = 100;

export interface Older {
  rows: readonly Ticket[];
  isLoading: boolean;
  error: unknown;
  more: () => void;
}

export function useOlder(status: readonly Ticket["status"][]): Older {
  const query = useInfiniteQuery({
    queryKey: ["portal", "older", status],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET("/api/v1/tickets", {
          params: {
            query: { status: [...status], sortBy: "updatedAt", sortOrder: "desc", limit: PAGE, page: pageParam },
          },
        }),
      ),
    initialPageParam: 1,
    getNextPageParam: (last, _, page) => (last.data.length < PAGE ? null : page + 1),
    enabled: false,
    gcTime: 0,
  });
  return {
    rows: query.data?.pages.flatMap((page) => page.data) ?? [],
    isLoading: query.isFetching,
    error: query.error,
    // The first page stands in the live view already; of what moved meanwhile it knows the place.
    more: () => void (query.data ? query.fetchNextPage() : query.refetch().then(() => query.fetchNextPage())),
  };
}
