/** Who looks at the page, for components. */
import { createContext, useContext, useSyncExternalStore } from "react";
import { current, subscribe, type Me, type Session } from "./session";

export const MeContext = createContext<Me | null>(null);

export function useSession(): Session {
  return useSyncExternalStore(subscribe, current);
}

/** The person who is signed in. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error("nobody is signed in here");
  return me;
}
