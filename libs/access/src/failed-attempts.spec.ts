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
  const tried = (count: number, address: string, key: Buffer | null = null) => {
    let looked = 0;
    for (let i = 0; i < count; i++) {
      try {
        attempts.begin(address, key).fail();
        looked++;
      } catch (error) {
        expect(error).toBeInstanceOf(TooManyFailedAttempts);
      }
    }
    return looked;
  };
  const refusal = (address: string): TooManyFailedAttempts => {
    try {
      attempts.begin(address, null);
    } catch (error) {
      return error as TooManyFailedAttempts;
    }
    throw new Error('not refused');
  };

  it('are checked up to the limit, whatever the format of the API keys', () => {
    expect(tried(300, '203.0.113.1')).toBe(perMinute);
    expect(tried(300, '203.0.113.2', hashOf('wrong'))).toBe(perMinute);
  });

  it('are checked again one minute after the first, and not earlier', () => {
    tried(10, '203.0.113.1');
    clock.time += 50_000;
    tried(290, '203.0.113.1');

    expect(refusal('203.0.113.1')).toMatchObject({ code: 'RATE_LIMITED', retryAfter: 10 });
    clock.time += 9_999;
    expect(refusal('203.0.113.1').retryAfter).toBe(1);
    clock.time += 2;
    expect(tried(300, '203.0.113.1')).toBe(perMinute);
  });

  it('do not block an API key that was accepted before, from any address', () => {
    attempts.begin('198.51.100.1', hashOf('right')).succeed();
    tried(300, '203.0.113.1');

    for (let i = 0; i < 300; i++) attempts.begin('203.0.113.1', hashOf('right')).succeed();
    expect(refusal('203.0.113.1').code).toBe('RATE_LIMITED');
  });

  it('count an API key that was accepted before and is now refused like any other', () => {
    attempts.begin('203.0.113.1', hashOf('revoked')).succeed();
    attempts.begin('203.0.113.1', hashOf('revoked')).fail();

    expect(tried(300, '203.0.113.1', hashOf('revoked'))).toBe(perMinute);
  });

  it('do not include correct API keys, or API keys with an unknown result', () => {
    for (let i = 0; i < 300; i++) {
      attempts.begin('203.0.113.1', hashOf(`right ${i}`)).succeed();
      attempts.begin('203.0.113.1', hashOf(`unknown ${i}`)).abandon();
    }

    expect(tried(300, '203.0.113.1')).toBe(perMinute);
  });

  it('include attempts in progress', () => {
    const begun = Array.from({ length: perMinute }, (_, i) => attempts.begin('203.0.113.1', hashOf(`${i}`)));

    expect(refusal('203.0.113.1').code).toBe('RATE_LIMITED');
    for (const attempt of begun) attempt.fail();
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
  ])('of %s are counted together: %s, %s: %s', (_, one, other, together) => {
    tried(300, one);

    expect(tried(1, other)).toBe(together ? 0 : 1);
  });

  it('use a bounded amount of memory', () => {
    for (let i = 0; i < 50_000; i++) {
      attempts.begin(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, null).fail();
      attempts.begin('203.0.113.1', hashOf(`${i}`)).succeed();
    }

    expect(attempts.size).toBe(10_000);
  });
});
