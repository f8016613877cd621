/** Close codes after which coming back with the same helps nobody. */
export const FOR_GOOD: ReadonlySet<number> = new Set([4400, 4403, 4404]);
export const UNAUTHORIZED = 4401;
export const COME_BACK = 4409;
/** The connection broke without a close frame (RFC 6455, 7.1.5). */
export const LOST = 1006;

/** The hub will not have this client: `code` is the close code, `reason` its word, which may be missing. */
export class Stopped extends Error {
  constructor(
    readonly code: number,
    readonly reason = "",
    readonly why = "",
  ) {
    super([String(code), reason, why].filter(Boolean).join(" "));
    this.name = "Stopped";
  }
}
