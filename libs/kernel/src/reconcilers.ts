/** Task that runs in the background while the gateway runs. */
export interface BackgroundTask {
  start(): void;
  /** Starts nothing more, and returns when current work has ended or can be continued by other processes. */
  stop(): Promise<void>;
}

/**
 * All background tasks. A domain registers its own. Only the gateway starts them, after it listens, so the command
 * line, which uses the same domains, runs none.
 */
export class Reconcilers {
  private readonly loops: BackgroundTask[] = [];

  add(loop: BackgroundTask): void {
    this.loops.push(loop);
  }

  start(): void {
    for (const loop of this.loops) loop.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }
}
