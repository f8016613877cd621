/** How components follow streams. */
import { createContext, useContext, useEffect, useEffectEvent, useSyncExternalStore } from "react";
import type { LiveHub, Listener, LineState, View } from "./hub";

export const HubContext = createContext<LiveHub | null>(null);

export function useHub(): LiveHub {
  const hub = useContext(HubContext);
  if (!hub) throw new Error("no hub here");
  return hub;
}

export function useLine(): LineState {
  const { line } = useHub();
  return useSyncExternalStore(line.subscribe, line.get);
}

/** Hears what is told on a stream while the component is there; nothing where `stream` is null. `view` counts by its text. */
export function useStream(stream: string | null, listener: Listener, view?: View): void {
  const hub = useHub();
  const heard = useEffectEvent(listener);
  const asked = view && JSON.stringify(view);
  useEffect(() => {
    if (stream === null) return undefined;
    return hub.follow(stream, (told) => heard(told), asked === undefined ? undefined : (JSON.parse(asked) as View));
  }, [hub, stream, asked]);
}

export function useFrames(listener: (frame: { type: string } & Record<string, unknown>) => void): void {
  const hub = useHub();
  const heard = useEffectEvent(listener);
  useEffect(() => hub.hear((frame) => heard(frame)), [hub]);
}
