/** Who is signed in. The HttpOnly cookie proves it; the refresh token of this tab renews it before it ends. */
import { answer, api, ask, Refusal, type Schemas } from "../api/client";

export type Me = Schemas["UserPayload"];
export type Role = "USER" | "AGENT" | "ADMIN" | "PLATFORM_ADMIN";

export type Session =
  | { is: "unknown" }
  | { is: "out"; why: "asked" | "ended" | null }
  | { is: "in"; me: Me }
  /** Nobody comes in here: the desk is suspended, or there is none of this name. */
  | { is: "refused"; message: string }
  | { is: "unreachable" };

interface Renewal {
  refreshToken: string;
  /** Milliseconds since 1970. */
  endsAt: number;
}

const KEPT_AT = "hub.renewal";
const RENEW_BEFORE_MS = 3600_000;
const AGAIN_MS = 3000;
const others = new BroadcastChannel("hub-session");

let session: Session = { is: "unknown" };
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

export const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const current = (): Session => session;

function become(next: Session): void {
  session = next;
  for (const listener of listeners) listener();
}

export function isStaff(me: Me): boolean {
  return me.role === "AGENT" || me.role === "ADMIN";
}

/** At the page's beginning: does the cookie still know us? Until somebody answers. */
export async function begin(): Promise<void> {
  others.onmessage = (said: MessageEvent<string>) => void hear(said.data);
  await look();
}

/** Somebody came or went in another tab; what they leave here goes with them. */
async function hear(said: string): Promise<void> {
  const was = session;
  await look();
  if (said === "out" && was.is === "in" && session.is !== "in") leaveNothing(was.me.id);
}

async function look(): Promise<void> {
  clearTimeout(timer);
  try {
    become({ is: "in", me: await ask(api.GET("/api/v1/auth/me")) });
    renewLater();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 401) become({ is: "out", why: null });
    else if (error.status === 403 || error.status === 404) become({ is: "refused", message: error.message });
    else {
      if (session.is !== "in") become({ is: "unreachable" });
      timer = setTimeout(() => void look(), AGAIN_MS);
    }
  }
}

/** Throws Refusal; of `choose_tenant` its data holds `tenants`. */
export async function signIn(email: string, password: string, tenantSlug?: string): Promise<void> {
  const signedIn = await ask(
    api.POST("/api/v1/auth/login", { body: { email, password, ...(tenantSlug ? { tenantSlug } : {}) } }),
  );
  keep(signedIn);
  become({ is: "in", me: signedIn.user });
  others.postMessage("in");
}

/** What is to be done before nobody is signed in any more. */
const farewells = new Set<() => Promise<unknown>>();
const FAREWELL_MS = 3000;

/** Returns how to stop it. */
export function beforeSignOut(does: () => Promise<unknown>): () => void {
  farewells.add(does);
  return () => farewells.delete(does);
}

/** What a person has begun and nobody else should find on this device, by how the names of its places begin. */
const TRACES = ["hub.files.", "hub.ticket.", "hub.request.", "hub.edit.", "hub.form."];

/** What could not be saved on the hub (hub.draft, hub.outbox) stays: it is nowhere else. */
function leaveNothing(personId: string): void {
  const isTheirs = (place: string) => TRACES.some((trace) => place.startsWith(trace + personId));
  for (const store of [localStorage, sessionStorage]) {
    for (const place of Object.keys(store).filter(isTheirs)) store.removeItem(place);
  }
}

export async function signOut(): Promise<void> {
  const all = Promise.allSettled([...farewells].map((does) => does()));
  await Promise.race([all, new Promise((then) => setTimeout(then, FAREWELL_MS))]);
  const was = session;
  try {
    await answer(api.POST("/api/v1/auth/logout"));
  } catch (error) {
    if (!(error instanceof Refusal) || error.status === 0) throw error; // still signed in, and it may be renewed
  }
  clearTimeout(timer);
  sessionStorage.removeItem(KEPT_AT);
  become({ is: "out", why: "asked" });
  if (was.is === "in") leaveNothing(was.me.id);
  others.postMessage("out");
}

/** Somebody was told that we are not signed in. Is that so? True: we are. */
export function verify(): Promise<boolean> {
  verifying ??= lookAgain().finally(() => {
    verifying = undefined;
  });
  return verifying;
}

let verifying: Promise<boolean> | undefined;

async function lookAgain(): Promise<boolean> {
  if (session.is !== "in") return false;
  const was = session.me;
  if (!(await renew())) {
    try {
      become({ is: "in", me: await ask(api.GET("/api/v1/auth/me")) });
    } catch (error) {
      if (error instanceof Refusal && error.status !== 401) return true; // nobody answered: it is not over yet
      if (current().is === "in") become({ is: "out", why: "ended" }); // not where somebody signed out meanwhile
      return false;
    }
  }
  return current().is === "in" && (current() as { me: Me }).me.id === was.id;
}

/** Who is signed in has changed something of themselves. */
export function meIsNow(me: Me): void {
  if (session.is === "in" && session.me.id === me.id) become({ is: "in", me });
}

export function refuse(message: string): void {
  become({ is: "refused", message });
}

function keep(signedIn: Schemas["SignedIn"]): void {
  const renewal: Renewal = {
    refreshToken: signedIn.refreshToken,
    endsAt: Date.now() + signedIn.expiresIn * 1000,
  };
  sessionStorage.setItem(KEPT_AT, JSON.stringify(renewal));
  renewLater();
}

function kept(): Renewal | null {
  const text = sessionStorage.getItem(KEPT_AT);
  return text === null ? null : (JSON.parse(text) as Renewal);
}

function renewLater(): void {
  const renewal = kept();
  if (!renewal) return;
  clearTimeout(timer);
  const left = renewal.endsAt - Date.now();
  const wait = Math.max(AGAIN_MS, left - Math.min(RENEW_BEFORE_MS, left / 2));
  timer = setTimeout(() => void renew(), Math.min(wait, 2 ** 31 - 1));
}

async function renew(): Promise<boolean> {
  const renewal = kept();
  if (!renewal) return false;
  try {
    const signedIn = await ask(api.POST("/api/v1/auth/refresh", { body: { refreshToken: renewal.refreshToken } }));
    keep(signedIn);
    become({ is: "in", me: signedIn.user });
    return true;
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) sessionStorage.removeItem(KEPT_AT);
    else renewLater();
    return false;
  }
}
