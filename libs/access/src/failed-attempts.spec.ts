import { createHash } from 'node:crypto';
import { Clock } from '#libs/kernel';
import { TooManyFailedAttempts } from './access.errors.js';
import { FailedAttempts } from './failed-attempts.js';

class TestClock extends Clock {
  time = Date.parse('2026-11-29T12:00:00Z');
  now(): Date {
    return new Date(this.time);
  }
}

const hashOf = (text: string) => createHash('sha256').update(text).digest();

describe('Failed attempts', () => {
  const clock = new TestClock();
  const perMinute = 30;
  let attempts: FailedAttempts;
  beforeEach(() => (attempts = new FailedAttempts({ perMinute }, clock)));

  /** Number of attempts that were checked. */
  const tried = async (count: number, address: string, key: Buffer | null = null) => {
    let looked = 0;
    for (let i = 0; i < count; i++) {
      try {
        (await attempts.begin(address, key)).fail();
        looked++;
      } catch (error) {
        expect(error).toBeInstanceOf(TooManyFailedAttempts);
      }
    }
    return looked;
  };
  const refusal = async (address: string): Promise<TooManyFailedAttempts> => {
    try {
      await attempts.begin(address, null);
    } catch (error) {
      return error as TooManyFailedAttempts;
    }
    throw new Error('not refused');
  };

  it('are checked up to the limit, whatever the format of the API keys', async () => {
    expect(await tried(300, '203.0.113.1')).toBe(perMinute);
    expect(await tried(300, '203.0.113.2', hashOf('wrong'))).toBe(perMinute);
  });

  it('are checked again one minute after the first, and not earlier', async () => {
    await tried(10, '203.0.113.1');
    clock.time += 50_000;
    await tried(290, '203.0.113.1');

    expect(await refusal('203.0.113.1')).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 10 });
    clock.time += 9_999;
    expect((await refusal('203.0.113.1')).retryAfter).toBe(1);
    clock.time += 2;
    expect(await tried(300, '203.0.113.1')).toBe(perMinute);
  });

  it('do not block an API key that was accepted before, from any address', async () => {
    (await attempts.begin('198.51.100.1', hashOf('right'))).succeed();
    await tried(300, '203.0.113.1');

    for (let i = 0; i < 300; i++) (await attempts.begin('203.0.113.1', hashOf('right'))).succeed();
    expect((await refusal('203.0.113.1')).code).toBe('RATE_LIMITED');
  });

  it('count an API key that was accepted before and is now refused like any other', async () => {
    (await attempts.begin('203.0.113.1', hashOf('revoked'))).succeed();
    (await attempts.begin('203.0.113.1', hashOf('revoked'))).fail();

    expect(await tried(300, '203.0.113.1', hashOf('revoked'))).toBe(perMinute);
  });

  it('do not include correct API keys, or API keys with an unknown result', async () => {
    for (let i = 0; i < 300; i++) {
      (await attempts.begin('203.0.113.1', hashOf(`right ${i}`))).succeed();
      (await attempts.begin('203.0.113.1', hashOf(`unknown ${i}`))).abandon();
    }

    expect(await tried(300, '203.0.113.1')).toBe(perMinute);
  });

  it('wait while too many are in progress, and are refused when these fail', async () => {
    const begun = await Promise.all(
      Array.from({ length: perMinute }, (_, i) => attempts.begin('203.0.113.1', hashOf(`${i}`))),
    );
    const further = refusal('203.0.113.1');
    let hasEnded = false;
    void further.finally(() => (hasEnded = true));

    for (const attempt of begun.slice(1)) attempt.fail();
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    begun[0]!.fail();
    expect((await further).code).toBe('RATE_LIMITED');
  });

  it('wait while too many are in progress, and are checked when these succeed', async () => {
    const right = hashOf('right');
    const begun = await Promise.all(Array.from({ length: perMinute }, () => attempts.begin('203.0.113.1', right)));
    const further = Array.from({ length: 300 }, () => attempts.begin('203.0.113.1', right));
    const other = attempts.begin('203.0.113.1', hashOf('other'));

    for (const attempt of begun) attempt.succeed();
    for (const attempt of await Promise.all(further)) attempt.succeed();
    (await other).succeed();
    expect(await tried(300, '203.0.113.1')).toBe(perMinute);
  });

  it.each([
    ['one /64 of IPv6', '2001:db8:0:1::1', '2001:db8:0:1:ffff::2', true],
    ['two /64 of IPv6', '2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['two IPv4 addresses', '203.0.113.1', '203.0.113.2', false],
    ['one IPv4 address, written twice', '203.0.113.1', '::ffff:203.0.113.1', true],
    ['one IPv4 address, written in hexadecimal', '203.0.113.1', '::ffff:cb00:7101', true],
    ['two IPv4 addresses, written as IPv6', '::ffff:203.0.113.1', '::ffff:203.0.113.2', false],
    ['one link-local network', 'fe80::1%eth0', 'fe80::2', true],
    ['no addresses', 'unix:', 'unix:', true],
  ])('of %s are counted together: %s, %s: %s', async (_, one, other, together) => {
    await tried(300, one);

    expect(await tried(1, other)).toBe(together ? 0 : 1);
  });

  it('use a bounded amount of memory', async () => {
    for (let i = 0; i < 50_000; i++) {
      (await attempts.begin(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, null)).fail();
      (await attempts.begin('203.0.113.1', hashOf(`${i}`))).succeed();
    }

    expect(attempts.size).toBe(10_000);
  });
});
