import { CallerGone } from '#libs/kernel';
import { RunningCost, TooManyExpensiveOperations } from './running-cost.js';

describe('The cost that runs at the same time', () => {
  const started: string[] = [];
  beforeEach(() => void started.splice(0));

  const running = (limits = {}) => {
    const cost = new RunningCost({ ofTenant: 100, ofAll: 150, waiting: 2, longestWait: 60_000, ...limits });
    /** Starts when it may, and ends when it is told to. */
    const run = (name: string, tenant: number, of: number, caller?: AbortSignal) => {
      const entered = cost.enter(tenant, of, caller).then((end) => (started.push(name), end));
      return {
        refused: entered.then(
          () => null,
          (error: unknown) => error,
        ),
        end: async () => (await entered)(),
      };
    };
    return run;
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('is limited for each tenant: others go on', async () => {
    const run = running();
    const first = run('a1', 1, 80);
    run('a2', 1, 30);
    run('b1', 2, 50);
    await settled();
    expect(started).toEqual(['a1', 'b1']);
    await first.end();
    await settled();
    expect(started).toEqual(['a1', 'b1', 'a2']);
  });

  it('is limited for all together, and tenants take turns', async () => {
    const run = running();
    const [first, second] = [run('a1', 1, 100), run('b1', 2, 50)];
    const third = run('a2', 1, 100);
    run('a3', 1, 100);
    run('c1', 3, 100);
    await settled();
    expect(started).toEqual(['a1', 'b1']);
    await first.end();
    await settled();
    expect(started).toEqual(['a1', 'b1', 'a2']);
    await second.end();
    await third.end();
    await settled();
    expect(started).toEqual(['a1', 'b1', 'a2', 'c1']);
  });

  it('lets a document run alone that is larger than the limit', async () => {
    const run = running();
    const large = run('large', 1, 1000);
    run('small', 1, 1);
    await settled();
    expect(started).toEqual(['large']);
    await large.end();
    await settled();
    expect(started).toEqual(['large', 'small']);
  });

  it('is not exceeded by one that ends twice', async () => {
    const run = running();
    const first = run('a1', 1, 100);
    await first.end();
    await first.end();
    run('a2', 1, 100);
    run('a3', 1, 100);
    await settled();
    expect(started).toEqual(['a1', 'a2']);
  });

  it('refuses a tenant of which too many wait, or wait for too long', async () => {
    const run = running({ longestWait: 1 });
    run('a1', 1, 100);
    const waiting = [run('a2', 1, 100), run('a3', 1, 100)];
    expect(await run('a4', 1, 100).refused).toBeInstanceOf(TooManyExpensiveOperations);
    for (const { refused } of waiting) expect(await refused).toBeInstanceOf(TooManyExpensiveOperations);
  });

  it('forgets callers that have disconnected', async () => {
    const run = running();
    const first = run('a1', 1, 100);
    const gone = new AbortController();
    const second = run('a2', 1, 100, gone.signal);
    run('a3', 1, 100);
    gone.abort();
    expect(await second.refused).toBeInstanceOf(CallerGone);
    await first.end();
    await settled();
    expect(started).toEqual(['a1', 'a3']);
  });
});
