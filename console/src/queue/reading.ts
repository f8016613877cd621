/** Does somebody read the list just now? Then its rows keep their places. */
import { useEffect, useState, type RefObject } from "react";

const STILL_READS_MS = 12_000;

/** The mouse is over it and has moved a while ago, or it is scrolled down. */
export function useIsRead(scroller: RefObject<HTMLElement | null>): boolean {
  const [isPointed, setIsPointed] = useState(false);
  const [isScrolled, setIsScrolled] = useState(false);
  useEffect(() => {
    const node = scroller.current;
    if (!node) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const away = () => {
      clearTimeout(timer);
      setIsPointed(false);
    };
    const here = (event: PointerEvent) => {
      if (event.pointerType === "touch") return;
      setIsPointed(true);
      clearTimeout(timer);
      timer = setTimeout(away, STILL_READS_MS);
    };
    const scrolled = () => setIsScrolled(node.scrollTop > 8);
    node.addEventListener("pointermove", here);
    node.addEventListener("pointerleave", away);
    node.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      clearTimeout(timer);
      node.removeEventListener("pointermove", here);
      node.removeEventListener("pointerleave", away);
      node.removeEventListener("scroll", scrolled);
    };
  }, [scroller]);
  return isPointed || isScrolled;
}
