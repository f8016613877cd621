/** Where a client's token comes from, and how it gets a new one before the old one ends. */
import { Stopped } from "./stopped.js";

/** `expiresAt`: milliseconds since 1970; without it, it need not be renewed. */
export interface Token {
  text: string;
  expiresAt?: number;
}

/**
 * Gives the token. `fresh`: the last one is no longer good, or soon will not be.
 * Throws Stopped where there is no other, anything else where nobody answers just now.
 */
export type TokenSource = (fresh: boolean) => Promise<Token>;

/** An API key, or a token that somebody else looks after. */
export function fixedToken(text: string): TokenSource {
  return async (fresh) => {
    if (fresh) throw new Stopped(4401, "bad_token", "The token is no longer good, and there is no other.");
    return { text };
  };
}

/** Signs in over REST and renews with the refresh token. `api` ends in /api/v1. */
export function signIn(
  api: string,
  who: { email: string; password: string; tenantSlug?: string },
): TokenSource {
  let known: Token | undefined;
  let refreshToken: string | undefined;
  let asking: Promise<Token> | undefined;

  async function ask(path: string, body: object): Promise<Token> {
    const askedAt = Date.now();
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(api + path, { method: "POST", headers, body: JSON.stringify(body) });
    const said = (await answer.json()) as Record<string, unknown>;
    if ([400, 401, 403, 404].includes(answer.status)) {
      throw new Stopped(4401, "sign_in_refused", String(said["message"]));
    }
    if (!answer.ok) throw new Error(`${answer.status}`);
    refreshToken = String(said["refreshToken"]);
    return { text: String(said["token"]), expiresAt: askedAt + Number(said["expiresIn"]) * 1000 };
  }

  async function get(): Promise<Token> {
    if (refreshToken !== undefined) {
      try {
        return await ask("/auth/refresh", { refreshToken });
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        refreshToken = undefined;
      }
    }
    return ask("/auth/login", who);
  }

  return async (fresh) => {
    if (known && !fresh) return known;
    asking ??= get().finally(() => {
      asking = undefined;
    });
    known = await asking;
    return known;
  };
}
