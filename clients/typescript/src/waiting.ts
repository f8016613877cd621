/** Full jitter: a random time between 0 and `min(longest, first * 2 ** n)` milliseconds after n failed tries. */
export class Waiting {
  failed = 0;

  constructor(
    readonly firstMs = 500,
    readonly longestMs = 30_000,
    private readonly chance: () => number = Math.random,
  ) {}

  /** It worked, or the hub said: come back at once. */
  beginAnew(): void {
    this.failed = 0;
  }

  /** Milliseconds to wait now; the next time it may be twice as long. */
  next(): number {
    const most = Math.min(this.longestMs, this.firstMs * 2 ** Math.min(this.failed, 32));
    this.failed += 1;
    return this.chance() * most;
  }
}
