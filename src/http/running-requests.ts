/**
 * Requests in progress. A handler continues after its client has disconnected, so open sockets do not show whether work
 * is in progress.
 */
export class RunningRequests {
  private readonly running = new Set<Promise<unknown>>();
  private closing = false;

  /** Whether new requests must be refused. */
  get isClosing(): boolean {
    return this.closing;
  }

  /** Makes `close` wait until the work has ended, whether it succeeds or fails. */
  add(work: Promise<unknown>): void {
    const ended: Promise<unknown> = work.catch(() => undefined).finally(() => this.running.delete(ended));
    this.running.add(ended);
  }

  /** Refuses new requests, and returns when current ones have ended. */
  async close(): Promise<void> {
    this.closing = true;
    while (this.running.size > 0) await Promise.all(this.running);
  }
}
