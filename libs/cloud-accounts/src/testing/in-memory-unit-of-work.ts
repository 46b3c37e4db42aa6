import { AsyncLocalStorage } from 'node:async_hooks';
import { UnitOfWork } from '#libs/kernel';

/** Runs one unit of work at a time. Restores all collections when one fails. */
export class InMemoryUnitOfWork extends UnitOfWork {
  private readonly current = new AsyncLocalStorage<Date>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly collections: readonly { snapshot(): () => void }[]) {
    super();
  }

  run<T>(work: (now: Date) => Promise<T>): Promise<T> {
    const now = this.current.getStore();
    if (now) return work(now);

    const done = this.last.then(() => this.runAlone(work));
    this.last = done.catch(() => undefined);
    return done;
  }

  private async runAlone<T>(work: (now: Date) => Promise<T>): Promise<T> {
    const undo = this.collections.map((collection) => collection.snapshot());
    const now = new Date();
    try {
      return await this.current.run(now, () => work(now));
    } catch (error) {
      for (const putBack of undo) putBack();
      throw error;
    }
  }
}
