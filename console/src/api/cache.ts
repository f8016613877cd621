/** What was read over REST, kept by key until somebody says that it is another now. */
import { QueryClient } from "@tanstack/react-query";
import { Refusal } from "./client";

/** Is it worth asking again? What was refused stays refused; who was not reached may be, and a full hub has room soon. */
function isPassing(error: unknown): boolean {
  return error instanceof Refusal && (error.status === 0 || error.status === 429 || error.status >= 502);
}

export function newCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Infinity,
        refetchOnWindowFocus: false,
        retry: (failed, error) => isPassing(error) && failed < 5,
        retryDelay: (failed, error) =>
          (error instanceof Refusal && error.retryAfter ? error.retryAfter * 1000 : 300 * 2 ** failed) *
          (1 + Math.random()),
      },
    },
  });
}
