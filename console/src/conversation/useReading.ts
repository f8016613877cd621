/** Where one reads in a conversation: at its end what comes is followed; further up nothing moves, and it is said what came. */
import { useCallback, useEffect, useEffectEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useMe } from "../session/context";
import { unread, type Item } from "./items";

const NEAR_PX = 60;

export interface Reading {
  box: (node: HTMLElement | null) => void;
  onScroll: () => void;
  toEnd: () => void;
  /** What came in below what is being read. */
  unread: { count: number; before: number | null };
}

export function useReading(items: readonly Item[] | null): Reading {
  const me = useMe();
  const node = useRef<HTMLElement | null>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const wasAtEnd = useRef(true);
  const [seen, setSeen] = useState<ReadonlySet<string> | null>(null);
  const count = items?.length ?? 0;

  const toEnd = useCallback(() => {
    const box = node.current;
    box?.scrollTo({ top: box.scrollHeight });
  }, []);
  const onScroll = useCallback(() => {
    const box = node.current;
    if (!box) return;
    const isEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - NEAR_PX;
    wasAtEnd.current = isEnd;
    setIsAtEnd(isEnd);
  }, []);

  const box = useCallback(
    (next: HTMLElement | null) => {
      node.current = next;
      if (!next) return undefined;
      toEnd();
      // The box below grows and shrinks; pictures and fonts come late: who was at the end stays there.
      const watch = new ResizeObserver(() => {
        if (wasAtEnd.current) toEnd();
      });
      watch.observe(next);
      if (next.firstElementChild) watch.observe(next.firstElementChild);
      return () => watch.disconnect();
    },
    [toEnd],
  );
  useLayoutEffect(() => {
    if (wasAtEnd.current) toEnd();
  }, [count, toEnd]);

  const look = useEffectEvent(() => {
    if (!items || (seen && (!isAtEnd || document.hidden))) return;
    if (seen && items.every((item) => seen.has(item.id))) return;
    setSeen(new Set(items.map((item) => item.id)));
  });
  useEffect(() => {
    const timer = setTimeout(look, 0);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [items, isAtEnd]);

  const found = useMemo(
    () => (items && seen ? unread(items, me.id, seen) : { count: 0, before: null }),
    [items, seen, me.id],
  );
  return { box, onScroll, toEnd, unread: found };
}
