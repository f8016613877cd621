/** A file that was asked for is there, or has failed: said wherever one is by then. */
import { useRef } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { toast } from "../ui/toasts";
import { useWords } from "../words";
import { fileOf, keep, type Export } from "./ask";

const STAYS_MS = 30_000;
/** What is told late, after the line was gone, is no news. */
const NEWS_FOR_MS = 2 * 60_000;

export function useExportTold(): (one: Export) => void {
  const { t } = useWords();
  const cache = useQueryClient();
  const told = useRef(new Set<string>());
  return (one) => {
    const isShown =
      cache
        .getQueryCache()
        .find({ queryKey: ["exporting", one.id] })
        ?.isActive() ?? false;
    void cache.invalidateQueries({ queryKey: ["exporting", one.id] });
    const isOld = Date.now() - Date.parse(one.finishedAt ?? one.createdAt) > NEWS_FOR_MS;
    if (isShown || isOld || told.current.has(one.id)) return;
    told.current.add(one.id);
    if (one.status === "failed") {
      toast(t("exporting.failed", { name: one.filename }), { isProblem: true });
      return;
    }
    const action = { name: t("exporting.fetch"), onPick: () => keep(fileOf(one.id), one.filename) };
    toast(t("exporting.ready", { name: one.filename }), { action, staysMs: STAYS_MS });
  };
}
