import { jest } from '@jest/globals';
import { ApiKey } from './api-key.entity.js';
import { longestAge, RecentApiKeys } from './recent-api-keys.js';

const [hash, otherHash] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

describe('RecentApiKeys', () => {
  const recent = () => {
    const keys = new RecentApiKeys();
    let reads = 0;
    const get = (by = hash, found: Promise<ApiKey | null> = Promise.resolve(new ApiKey())) =>
      keys.get(by, () => (reads++, found));
    return { keys, get, reads: () => reads };
  };

  it('reads an API key once for many requests, and each API key by its own hash', async () => {
    const { get, reads } = recent();
    const [one, again] = await Promise.all([get(), get()]);
    expect(again).toBe(one);
    expect(await get()).toBe(one);
    expect(await get(otherHash)).not.toBe(one);
    expect(reads()).toBe(2);
  });

  it('reads an API key again after one second', async () => {
    const { get } = recent();
    const now = jest.spyOn(performance, 'now').mockReturnValue(5000);
    try {
      const one = await get();
      now.mockReturnValue(5000 + longestAge - 1);
      expect(await get()).toBe(one);
      now.mockReturnValue(5000 + longestAge);
      expect(await get()).not.toBe(one);
    } finally {
      now.mockRestore();
    }
  });

  it.each([
    ['a key that does not exist', () => Promise.resolve(null)],
    ['a read that failed', () => Promise.reject<ApiKey>(new Error('away'))],
  ])('does not cache %s', async (_, found) => {
    const { get } = recent();
    await get(hash, found()).catch(() => undefined);
    expect(await get()).toBeInstanceOf(ApiKey);
  });

  it('shows a change to every later request, even if a read began before the change', async () => {
    const { keys, get } = recent();
    let answer!: (key: ApiKey) => void;
    const before = get(hash, new Promise((resolve) => (answer = resolve)));
    await keys.forgetAfter(Promise.resolve());
    const changed = await get();
    answer(new ApiKey());
    expect(await before).not.toBe(changed);
    expect(await get()).toBe(changed);
  });
});
