import { LRUCache } from 'lru-cache';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

/** Maximum number of buckets in memory. The least recently used ones are dropped first: they are full again. */
const mostBuckets = 100_000;

/**
 * Leaky buckets in memory. The limiters of `rate-limiter-flexible` count in fixed windows: at the end of a window the whole
 * budget returns at once. Here it returns continuously, `points` within `duration` seconds. A refused request costs nothing.
 */
export class LeakyBuckets extends RateLimiterMemory {
  private readonly buckets = new LRUCache<string, { level: number; at: number }>({ max: mostBuckets });

  /** @param now in milliseconds */
  constructor(
    options: { points: number; duration: number },
    private readonly now = () => performance.now(),
  ) {
    super(options);
  }

  override consume(key: string | number, cost = 1): Promise<RateLimiterRes> {
    const at = this.now();
    const perMs = this.points / this.duration / 1000;
    const bucket = this.buckets.get(String(key));
    const level = bucket ? Math.max(0, bucket.level - (at - bucket.at) * perMs) : 0;
    const after = Math.max(0, level + cost);
    if (after > this.points) {
      const wait = Math.ceil((after - this.points) / perMs);
      const refusal = new RateLimiterRes(Math.floor(this.points - level), wait, this.points + 1);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- so do the limiters of the library
      return Promise.reject(refusal);
    }
    this.buckets.set(String(key), { level: after, at });
    return Promise.resolve(new RateLimiterRes(Math.floor(this.points - after), 0, Math.ceil(after)));
  }

  override reward(key: string | number, points = 1): Promise<RateLimiterRes> {
    return this.consume(key, -points);
  }
}

/**
 * The same in Redis, as `customIncrTtlLuaScript` of `RateLimiterRedis`: ARGV has the cost, a lifetime that is not used, `points`
 * and `duration`. Returns the used points, more than `points` if refused, and the milliseconds to wait.
 */
export const leakyBucketScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local cost, points = tonumber(ARGV[1]), tonumber(ARGV[3])
local perMs = points / tonumber(ARGV[4]) / 1000
local level, at = 0, now
local stored = redis.call('GET', KEYS[1])
if stored then
  local storedLevel, storedAt = string.match(stored, '^([^ ]+) ([^ ]+)$')
  level, at = tonumber(storedLevel), tonumber(storedAt)
end
level = math.max(0, level - math.max(0, now - at) * perMs)
local after = math.max(0, level + cost)
if after > points then
  return { points + 1, math.ceil((after - points) / perMs) }
end
redis.call('SET', KEYS[1], string.format('%.3f %.0f', after, now), 'PX', math.ceil(after / perMs) + 1000)
return { math.ceil(after), 0 }
`;
