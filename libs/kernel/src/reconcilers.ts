/** Something that runs beside the requests for as long as the gateway serves. */
export interface BackgroundTask {
  start(): void;
  /** Begins nothing more, and returns when what is under way has ended or can be left to others. */
  stop(): Promise<void>;
}

/**
 * Every loop there is. A domain adds its own when it is made; only the gateway starts them, once it listens, so that the
 * command line, which is made of the same domains, reconciles nothing.
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
