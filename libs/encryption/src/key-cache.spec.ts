import { jest } from '@jest/globals';
import { KeyCache } from './key-cache.js';
import { TestClock } from './testing/test-clock.js';

const minutes = 60_000;
const zeros = Buffer.alloc(32);
const aKey = (fill = 7) => Buffer.alloc(32, fill);

describe('a cached key', () => {
  let clock: TestClock;
  let cache: KeyCache;
  const goOn = (by: number) => {
    clock.advance(by);
    jest.advanceTimersByTime(by);
  };

  beforeEach(() => {
    jest.useFakeTimers();
    clock = new TestClock();
    cache = new KeyCache(clock, 3);
  });
  afterEach(() => {
    cache.close();
    jest.useRealTimers();
  });

  it('is returned as a copy, which can be zeroed', () => {
    cache.put('a', aKey());
    cache.get('a')?.fill(0);

    expect(cache.get('a')).toEqual(aKey());
  });

  it('is not changed for its user when the cache removes it', () => {
    cache.put('a', aKey());
    const inUse = cache.get('a');
    cache.close();

    expect(inUse).toEqual(aKey());
  });

  it('is zeroed after 5 minutes by the clock, even if the timer is late', () => {
    const bytes = aKey();
    cache.put('a', bytes);

    clock.advance(5 * minutes - 1);
    expect(cache.get('a')).toEqual(aKey());
    clock.advance(1);
    expect(cache.get('a')).toBeUndefined();
    expect(bytes).toEqual(zeros);
  });

  it('is zeroed after 5 minutes even if no one requests a key', () => {
    const bytes = aKey();
    cache.put('a', bytes);

    goOn(5 * minutes - 1);
    expect(bytes).toEqual(aKey());
    goOn(1);
    expect(bytes).toEqual(zeros);
    expect(cache.size).toBe(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is zeroed at its own time, not at that of an older one', () => {
    const [first, second] = [aKey(), aKey()];
    cache.put('a', first);
    goOn(4 * minutes);
    cache.put('b', second);

    goOn(1 * minutes);
    expect([first, second]).toEqual([zeros, aKey()]);
    goOn(4 * minutes - 1);
    expect(second).toEqual(aKey());
    goOn(1);
    expect(second).toEqual(zeros);
  });

  it('does not live longer when it is used', () => {
    const bytes = aKey();
    cache.put('a', bytes);
    for (let minute = 1; minute <= 5; minute++) {
      cache.get('a');
      goOn(minutes);
    }

    expect(bytes).toEqual(zeros);
  });

  it('does not live longer when the clock is set back', () => {
    const bytes = aKey();
    cache.put('a', bytes);
    clock.advance(-1);

    expect(cache.get('a')).toBeUndefined();
    expect(bytes).toEqual(zeros);
  });

  it('is zeroed when the cache is full and it is the least recently used one', () => {
    const keys = ['a', 'b', 'c', 'd'].map((name) => [name, aKey()] as const);
    for (const [name, bytes] of keys.slice(0, 3)) cache.put(name, bytes);
    cache.get('a');
    cache.put(...keys[3]!);

    expect(keys.map(([, bytes]) => bytes.equals(zeros))).toEqual([false, true, false, false]);
    expect([cache.size, cache.get('b')]).toEqual([3, undefined]);
  });

  it('is zeroed when it is replaced', () => {
    const bytes = aKey(1);
    cache.put('a', bytes);
    cache.put('a', aKey(2));

    expect(bytes).toEqual(zeros);
    expect(cache.get('a')).toEqual(aKey(2));
  });

  it('is zeroed when the cache closes, and not cached afterwards', () => {
    const [before, after] = [aKey(), aKey()];
    cache.put('a', before);
    cache.close();
    cache.put('b', after);

    expect([before, after]).toEqual([zeros, zeros]);
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not prevent the process from ending', () => {
    jest.useRealTimers();
    const scheduled = jest.spyOn(globalThis, 'setTimeout');
    const real = new KeyCache(clock);
    real.put('a', aKey());

    expect(scheduled.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef())).toEqual([false]);
    real.close();
    scheduled.mockRestore();
  });

  it('is one of at most a thousand', () => {
    const unbounded = new KeyCache(clock);
    const first = aKey();
    unbounded.put('first', first);
    for (let i = 0; i < 1000; i++) unbounded.put(`key ${i}`, aKey());

    expect(unbounded.size).toBe(1000);
    expect(first).toEqual(zeros);
    unbounded.close();
  });
});
