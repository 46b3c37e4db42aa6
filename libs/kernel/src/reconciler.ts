import { setTimeout as wait } from 'node:timers/promises';
import { spread } from './time.js';
import { watch, watched } from './watched.js';

export interface ReconcilerOptions<T> {
  /** Label of metrics: lower case with underscores. */
  readonly name: string;
  /**
   * Claims due items under a lease, at most `limit`. A claimed item must become due again when its lease ends, so that
   * another process continues after a crash.
   */
  readonly claim: (limit: number) => Promise<readonly T[]>;
  /** Takes one step with an item, and releases its lease. Errors are reported, and the item becomes due again. */
  readonly step: (item: T) => Promise<void>;
  /** Receives every error, including those of claims. */
  readonly onFault: (error: unknown) => void;
  /** Maximum number of concurrent steps. */
  readonly concurrency: number;
  /** Wait in milliseconds before the next claim when nothing was due. Varied by a fifth, so that processes spread. */
  readonly everyMs: number;
}

/**
 * Brings items from their current to their desired state, one step at a time. A row stores the desired state and the
 * time of the next step. Several processes claim due rows, and continue the work of a process that has stopped. A
 * failed item does not delay others.
 */
export class Reconciler<T> {
  private readonly underWay = new Set<Promise<void>>();
  private readonly stopping = new AbortController();
  private nudged = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: ReconcilerOptions<T>) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Looks for due items immediately. */
  nudge(): void {
    this.nudged.abort();
  }

  /** Claims nothing more, and returns when current steps have ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.nudge();
    await this.running;
    await Promise.all(this.underWay);
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const free = this.options.concurrency - this.underWay.size;
      const claimed = free > 0 ? await this.claim(free) : [];
      for (const item of claimed) this.begin(item);
      // Slots that became free during the claim are filled before the wait.
      if (claimed.length === 0 || this.underWay.size === this.options.concurrency) await this.pause();
    }
  }

  private async claim(limit: number): Promise<readonly T[]> {
    try {
      const facts = { reconciler: this.options.name, work: 'claim' } as const;
      return await watch(watched.reconciler, facts, () => this.options.claim(limit));
    } catch (error) {
      this.options.onFault(error);
      return [];
    }
  }

  private begin(item: T): void {
    const facts = { reconciler: this.options.name, work: 'step' } as const;
    const step: Promise<void> = watch(watched.reconciler, facts, () => this.options.step(item))
      .catch(this.options.onFault)
      .finally(() => {
        this.underWay.delete(step);
        // There can be more items than free slots.
        if (this.underWay.size === this.options.concurrency - 1) this.nudge();
      });
    this.underWay.add(step);
  }

  private async pause(): Promise<void> {
    const { everyMs } = this.options;
    await wait(spread(everyMs), undefined, { signal: this.nudged.signal, ref: false }).catch(() => undefined);
    this.nudged = new AbortController();
  }
}
