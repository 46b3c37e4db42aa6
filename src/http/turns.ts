/**
 * First come, first served queue for requests: one begins per iteration of the event loop.
 *
 * Node.js accepts one connection per iteration. If an iteration served every request that has arrived, each new
 * connection would wait for all others: of 32 that are opened at once, the last waited while 400 requests were served.
 */
export class Turns {
  private readonly waiting: (() => void)[] = [];

  /** Calls `begin` in the order of the calls. */
  wait(begin: () => void): void {
    this.waiting.push(begin);
    if (this.waiting.length === 1) setImmediate(this.next);
  }

  private readonly next = (): void => {
    try {
      // The one that begins stays at the head, so that no other call schedules an iteration.
      this.waiting[0]?.();
    } finally {
      this.waiting.shift();
      if (this.waiting.length > 0) setImmediate(this.next);
    }
  };
}
