import { Turns } from './turns.js';

const iteration = () => new Promise((resolve) => setImmediate(resolve));

describe('Turns', () => {
  it('are taken in order, one in each iteration of the event loop', async () => {
    const turns = new Turns();
    const taken: string[] = [];
    turns.wait(() => {
      taken.push('first');
      turns.wait(() => taken.push('third'));
    });
    turns.wait(() => taken.push('second'));

    const seen: number[] = [];
    for (let i = 0; i < 4; i++) {
      await iteration();
      seen.push(taken.length);
    }

    expect(taken).toEqual(['first', 'second', 'third']);
    expect(seen.some((count) => count === 1)).toBe(true);
    expect(seen.slice(1).every((count, i) => count - seen[i]! <= 1)).toBe(true);
  });
});

describe('Turns of several tenants', () => {
  /** Each request ends when it is told to. */
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  beforeEach(() => void (begun.splice(0), ends.clear()));
  const arrive = (turns: Turns, name: string, lane: number) =>
    turns.wait((end) => {
      begun.push(name);
      ends.set(name, end);
    }, lane);
  const iterations = async (count = 20) => {
    for (let i = 0; i < count; i++) await iteration();
  };

  it('alternate, however many requests one of them sends', async () => {
    const turns = new Turns();
    for (let i = 0; i < 50; i++) arrive(turns, 'many', 1);
    arrive(turns, 'few', 2);
    await iterations(100);

    expect(begun).toHaveLength(51);
    expect(begun.indexOf('few')).toBeLessThanOrEqual(1);
  });

  it('are limited by the requests that run, of one tenant and of all', async () => {
    const turns = new Turns({ runningInLane: 2, running: 3 });
    for (const name of ['a1', 'a2', 'a3']) arrive(turns, name, 1);
    await iterations();
    expect(begun).toEqual(['a1', 'a2']);
    for (const name of ['b1', 'b2']) arrive(turns, name, 2);
    await iterations();
    expect(begun).toEqual(['a1', 'a2', 'b1']);

    ends.get('a1')!();
    ends.get('a1')!(); // again
    await iterations();
    expect(begun).toHaveLength(4);
    ends.get('a2')!();
    ends.get('b1')!();
    await iterations();
    expect(begun.toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2']);
    expect(turns.waiting).toBe(0);
  });

  it('refuse a tenant of which too many wait, and no other', async () => {
    const turns = new Turns({ running: 0, waitingInLane: 2 });
    expect([1, 2, 3].map((n) => arrive(turns, `a${n}`, 1))).toEqual([true, true, false]);
    expect(arrive(turns, 'b1', 2)).toBe(true);
  });

  it('refuse further requests once the first one has waited for too long', async () => {
    const turns = new Turns({ running: 0, longestWait: 5, few: 1 });
    expect([arrive(turns, 'a1', 1), arrive(turns, 'b1', 2)]).toEqual([true, true]);
    expect(arrive(turns, 'a2', 1)).toBe(true);
    const started = performance.now();
    while (performance.now() - started <= 6) await iteration();
    expect(arrive(turns, 'a3', 1)).toBe(false);
    expect(arrive(turns, 'b2', 2)).toBe(true); // few of this tenant wait
  });
});
