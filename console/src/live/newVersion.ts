/** A server that was restarted may have another page than this one: it is said, and loaded when one likes. */
import { useEffect, useRef } from "react";
import { isOutdated } from "../api/parts";
import { toast } from "../ui/toasts";
import { words } from "../words";
import { useLine } from "./context";

const STAYS_MS = 60_000;

export function useNewVersion(): void {
  const { state } = useLine();
  const wasOffline = useRef(false);
  useEffect(() => {
    if (state === "offline") wasOffline.current = true;
    if (state !== "live" || !wasOffline.current) return;
    wasOffline.current = false;
    void isOutdated().then((isSo) => {
      if (!isSo) return;
      const action = { name: words.t("ui.loadAnew"), onPick: () => location.reload() };
      toast(words.t("ui.newVersion"), { action, staysMs: STAYS_MS });
    });
  }, [state]);
}
