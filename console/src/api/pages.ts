/** Lists that come page by page, each behind the cursor of the one before. */
import { useInfiniteQuery, type InfiniteData, type UseInfiniteQueryResult } from "@tanstack/react-query";

export interface OnePage<T> {
  data: T[];
  meta: { nextCursor?: string | null; hasNextPage: boolean };
}

export interface Pages<T> {
  rows: T[];
  query: UseInfiniteQueryResult<InfiniteData<OnePage<T>>>;
}

interface More<T> {
  /** Again after so many milliseconds, by what is there now; false: not of itself. */
  again?: (rows: T[]) => number | false;
  keepsRows?: boolean;
}

/** `read` gets "" for the first page. What is shown stays while another filter is read, unless `keepsRows` is false. */
export function usePages<T>(
  key: readonly unknown[],
  read: (cursor: string) => Promise<OnePage<T>>,
  { again, keepsRows = true }: More<T> = {},
): Pages<T> {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam }) => read(pageParam),
    initialPageParam: "",
    getNextPageParam: (last: OnePage<T>) => (last.meta.hasNextPage ? (last.meta.nextCursor ?? undefined) : undefined),
    placeholderData: keepsRows ? (before) => before : undefined,
    refetchInterval: again && ((known) => again(known.state.data?.pages.flatMap((page) => page.data) ?? [])),
  });
  return { rows: query.data?.pages.flatMap((page) => page.data) ?? [], query };
}
