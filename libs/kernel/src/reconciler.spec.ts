import { setTimeout as wait } from 'node:timers/promises';
import { Reconciler, type ReconcilerOptions } from './reconciler.js';

describe('Reconciler', () => {
  const faults: unknown[] = [];
  const running: Reconciler<number>[] = [];
  beforeEach(() => void faults.splice(0));
  afterEach(() => Promise.all(running.splice(0).map((reconciler) => reconciler.stop())));

  /** Claims items of `due` until it is empty. */
  function start(
    due: number[],
    step: (item: number) => Promise<void>,
    options: Partial<ReconcilerOptions<number>> = {},
  ) {
    const reconciler = new Reconciler<number>({
      name: 'numbers',
      claim: async (limit) => due.splice(0, limit),
      step,
      onFault: (fault) => faults.push(fault),
      concurrency: 2,
      everyMs: 10,
      ...options,
    });
    running.push(reconciler);
    reconciler.start();
    return reconciler;
  }

  const until = async (isSo: () => boolean) => {
    for (let i = 0; i < 300 && !isSo(); i++) await wait(5);
    expect(isSo()).toBe(true);
  };

  it('takes a step with everything that is due, and with items that become due later', async () => {
    const due = [1, 2, 3, 4, 5];
    const done: number[] = [];
    start(due, async (item) => void done.push(item));

    await until(() => done.length === 5);
    due.push(6);
    await until(() => done.length === 6);

    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('limits the number of concurrent steps', async () => {
    let now = 0;
    let most = 0;
    const done: number[] = [];
    start([1, 2, 3, 4, 5, 6], async (item) => {
      most = Math.max(most, ++now);
      await wait(5);
      now--;
      done.push(item);
    });

    await until(() => done.length === 6);

    expect(most).toBe(2);
  });

  it('continues with other items when one hangs or fails', async () => {
    const done: number[] = [];
    let letGo = () => undefined as void;
    start([1, 2, 3, 4, 5], (item) => {
      if (item === 1) return new Promise((resolve) => (letGo = resolve));
      if (item === 2) return Promise.reject(new Error('two'));
      done.push(item);
      return Promise.resolve();
    });

    await until(() => done.length === 3);
    letGo();

    expect(done).toEqual([3, 4, 5]);
    expect(faults).toEqual([new Error('two')]);
  });

  it('claims again after a failed claim', async () => {
    let claims = 0;
    start([], async () => undefined, {
      claim: async () => {
        if (++claims === 1) throw new Error('database away');
        return [];
      },
    });

    await until(() => claims >= 3);

    expect(faults).toEqual([new Error('database away')]);
  });

  it('claims immediately when it is nudged', async () => {
    const due: number[] = [];
    const done: number[] = [];
    const reconciler = start(due, async (item) => void done.push(item), { everyMs: 60_000 });
    await wait(20);

    due.push(1);
    reconciler.nudge();

    await until(() => done.length === 1);
  });

  it('claims more when steps have ended during a claim', async () => {
    const due = Array.from({ length: 9 }, (_, i) => i);
    const done: number[] = [];
    const step = async (item: number) => {
      await wait(item === 0 ? 5 : 15);
      done.push(item);
    };
    // The first step that ends causes a claim, and all others end before its answer.
    const claim = async (limit: number) => {
      await wait(done.length > 0 ? 60 : 0);
      return due.splice(0, limit);
    };
    start(due, step, { claim, concurrency: 4, everyMs: 60_000 });

    await until(() => done.length === 9);
  });

  it('waits for current steps when it stops, and starts no other', async () => {
    const done: number[] = [];
    const begun: number[] = [];
    const reconciler = start([1, 2, 3, 4], async (item) => {
      begun.push(item);
      await wait(30);
      done.push(item);
    });
    await until(() => begun.length === 2);

    await reconciler.stop();

    expect(done).toEqual([1, 2]);
    expect(begun).toEqual([1, 2]);
  });
});
