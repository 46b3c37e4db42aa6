import { type RateLimiterRes } from 'rate-limiter-flexible';
import { LeakyBuckets } from './leaky-buckets.js';

describe('A leaky bucket', () => {
  let now = 0;
  /** 100 points, restored at 10 points per second. */
  const buckets = () => new LeakyBuckets({ points: 100, duration: 10 }, () => now);
  const refusalOf = (consumed: Promise<unknown>) =>
    consumed.then(
      () => null,
      (refusal: RateLimiterRes) => [refusal.remainingPoints, refusal.msBeforeNext],
    );

  it('is full at first, and restores continuously up to its size', async () => {
    const limiter = buckets();
    expect((await limiter.consume('a', 30)).remainingPoints).toBe(70);
    now += 1000;
    expect((await limiter.consume('a', 10)).remainingPoints).toBe(70);
    now += 60_000;
    expect((await limiter.consume('a', 1)).remainingPoints).toBe(99);
  });

  it('refuses what it does not hold, says how long to wait, and charges nothing for it', async () => {
    const limiter = buckets();
    await limiter.consume('a', 95);
    expect(await refusalOf(limiter.consume('a', 30))).toEqual([5, 2500]);
    expect(await refusalOf(limiter.consume('a', 30))).toEqual([5, 2500]);
    now += 2499;
    expect(await refusalOf(limiter.consume('a', 30))).toEqual([29, 1]);
    now += 1;
    expect((await limiter.consume('a', 30)).remainingPoints).toBe(0);
  });

  it('is one for each key', async () => {
    const limiter = buckets();
    await limiter.consume(1, 100);
    expect((await limiter.consume(2, 100)).remainingPoints).toBe(0);
    expect(await refusalOf(limiter.consume(1, 1))).toEqual([0, 100]);
  });

  it('takes back what was given back, and never holds more than its size', async () => {
    const limiter = buckets();
    await limiter.consume('a', 60);
    expect((await limiter.reward('a', 50)).remainingPoints).toBe(90);
    expect((await limiter.reward('a', 50)).remainingPoints).toBe(100);
  });
});
