import { useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { Router } from "wouter";
import { useHashLocation } from "wouter/use-hash-location";
import { api, ask } from "../api/client";
import { part } from "../api/parts";
import { Door, Refused, Unreachable } from "../door/Door";
import { HubContext } from "../live/context";
import { LiveHub } from "../live/hub";
import { MeContext, useSession } from "../session/context";
import { isStaff, refuse, verify, type Me } from "../session/session";
import { Boundary } from "../ui/Boundary";
import { Skeleton } from "../ui/States";
import { Toasts } from "../ui/toasts";

const Workspace = lazy(() => part(() => import("./Workspace")));
const Portal = lazy(() => part(() => import("../portal/Portal")));
const Platform = lazy(() => part(() => import("../platform/Platform")));

/** Who is signed in decides what there is. */
export function App() {
  const session = useSession();
  return (
    <>
      {session.is === "unknown" && <Skeleton />}
      {session.is === "unreachable" && <Unreachable />}
      {session.is === "refused" && <Refused message={session.message} />}
      {session.is === "out" && <Door why={session.why} />}
      {session.is === "in" && (
        <Boundary>
          <Inside key={`${session.me.id} ${session.me.role}`} me={session.me} />
        </Boundary>
      )}
      <Toasts />
    </>
  );
}

function Inside({ me }: { me: Me }) {
  const isOfDesk = me.role !== "PLATFORM_ADMIN";
  const [hub] = useState(() => (isOfDesk ? newHub() : null));
  const cache = useQueryClient();
  useEffect(() => {
    hub?.open();
    if (hub) {
      addEventListener("offline", hub.cutOff);
      addEventListener("online", hub.reachable);
    }
    return () => {
      if (hub) {
        removeEventListener("offline", hub.cutOff);
        removeEventListener("online", hub.reachable);
        hub.close();
      }
      cache.clear(); // the next who signs in here sees nothing of it
    };
  }, [hub, cache]);
  return (
    <MeContext value={me}>
      <HubContext value={hub}>
        <Router hook={useHashLocation}>
          <Suspense fallback={<Skeleton />}>
            {!isOfDesk ? <Platform /> : isStaff(me) ? <Workspace /> : <Portal />}
          </Suspense>
        </Router>
      </HubContext>
    </MeContext>
  );
}

function newHub(): LiveHub {
  return new LiveHub({
    url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/v1`,
    head: async () => (await ask(api.GET("/api/v1/events", { params: { query: { stream: "queue" } } }))).seq,
    signedOut: verify,
    refused: (_, message) => refuse(message),
  });
}
