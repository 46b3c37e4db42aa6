/**
 * The requests under way. A handler runs on after its client has hung up, so open sockets do not tell whether the gateway
 * still works.
 */
export class RunningRequests {
  private readonly running = new Set<Promise<unknown>>();
  private closing = false;

  /** Whether requests that arrive now must be refused. */
  get isClosing(): boolean {
    return this.closing;
  }

  /** Has `close` wait until the work has ended, whether it succeeds or fails. */
  add(work: Promise<unknown>): void {
    const ended: Promise<unknown> = work.catch(() => undefined).finally(() => this.running.delete(ended));
    this.running.add(ended);
  }

  /** Refuses new requests, and returns when those under way have ended. */
  async close(): Promise<void> {
    this.closing = true;
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
