import { setTimeout as wait } from 'node:timers/promises';
import { spread } from './time.js';

/** Something that is due, claimed by us until its lease ends. */
export interface ReconcilerOptions<T> {
  /**
   * Claims at most so many things that are due, so that nobody else takes them while their leases last. What is claimed
   * must be due again by itself when we never come back to it: a lease that ends is how a crash is survived.
   */
  readonly claim: (limit: number) => Promise<readonly T[]>;
  /** Goes one step further with one thing, and lets its lease go. What it throws is reported, and the thing is due again. */
  readonly step: (item: T) => Promise<void>;
  /** Is told of everything that goes wrong, claims included. */
  readonly onFault: (error: unknown) => void;
  /** How many steps may be under way at once. */
  readonly concurrency: number;
  /** How long to wait before looking again when nothing was due, in milliseconds; varied by a fifth, so that processes spread. */
  readonly everyMs: number;
}

/**
 * Brings things from where they are to where they are wanted, one step at a time: the row says what is wanted and when to
 * look next, any number of processes claim what is due, and whoever dies in the middle is continued by the next look.
 * One thing that goes wrong never holds up the others.
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

  /** Looks at once instead of waiting: something has just become due. */
  nudge(): void {
    this.nudged.abort();
  }

  /** Claims nothing more, and returns when the steps under way have ended. */
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
      // Places that were freed while we claimed call nobody any more: they are filled before we wait.
      if (claimed.length === 0 || this.underWay.size === this.options.concurrency) await this.pause();
    }
  }

  private async claim(limit: number): Promise<readonly T[]> {
    try {
      return await this.options.claim(limit);
    } catch (error) {
      this.options.onFault(error);
      return [];
    }
  }

  private begin(item: T): void {
    const step: Promise<void> = this.options
      .step(item)
      .catch(this.options.onFault)
      .finally(() => {
        this.underWay.delete(step);
        // There may be more that waited only for a free place.
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
