import type { ReactNode } from "react";
import type { Pages } from "../api/pages";
import { useWords } from "../words";
import { Button } from "./Button";
import { Failed, Skeleton } from "./States";
import css from "./Rows.module.css";

interface Props<T> {
  of: Pages<T>;
  /** Shown where there is nothing. */
  empty: ReactNode;
  children: (rows: T[]) => ReactNode;
}

/** A list that comes page by page, with what is shown while it comes, where it is empty, and where it does not come. */
export function Listing<T>({ of: { rows, query }, empty, children }: Props<T>) {
  const { t } = useWords();
  if (query.isPending) return <Skeleton />;
  if (query.isError && rows.length === 0) return <Failed error={query.error} onAgain={() => void query.refetch()} />;
  if (rows.length === 0) return empty;
  return (
    <div className={css.listing} aria-busy={query.isPlaceholderData || undefined}>
      {children(rows)}
      {query.hasNextPage && (
        <Button busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("ui.showMore")}
        </Button>
      )}
    </div>
  );
}
