import { Gateway } from '../support/gateway.js';
import { allStatementsOf } from '../support/statements.js';
import { createApiKey, revokeApiKey } from '../support/steps.js';

const perMinute = 30; // the default

describe('API keys that are not valid', () => {
  let gateway: Gateway;
  beforeEach(async () => {
    gateway = await Gateway.start({ FAILED_API_KEYS_PER_MINUTE: '', TRUSTED_PROXIES: '127.0.0.0/8' });
  });
  afterEach(() => gateway.stop());

  const ask = (key: string | null, from: string) =>
    gateway.post('{"query":"{ viewer { role } }"}', key, { 'x-forwarded-for': from });
  const statusesOf = async (count: number, key: string | null, from: string | ((n: number) => string)) => {
    const counts: Record<number, number> = {};
    for (let n = 0; n < count; n++) {
      const { status } = await ask(key, typeof from === 'string' ? from : from(n));
      counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  };
  /** Valid format and checksum: only the database shows that it is wrong. */
  const wellFormed = async () => {
    const { createApiKey: created } = await gateway.ask(createApiKey, { input: { name: 'Revoked', role: 'VIEWER' } });
    await gateway.ask(revokeApiKey, { input: { id: created.apiKey.id } });
    return created.secret as string;
  };

  it('get 429 after a number of attempts, without a query to the database, while valid ones work', async () => {
    const wrong = await wellFormed();
    expect(await statusesOf(1, gateway.key, '198.51.100.7')).toEqual({ 200: 1 });

    expect(await statusesOf(100, wrong, '203.0.113.1')).toEqual({ 401: perMinute, 429: 100 - perMinute });

    const statements = await allStatementsOf(gateway, async () => {
      const { status, headers, body } = await ask(wrong, '203.0.113.1');
      expect({ status, body }).toEqual({
        status: 429,
        body: {
          errors: [
            {
              message: expect.stringContaining('Retry-After'),
              extensions: { code: 'RATE_LIMITED', requestId: headers.get('x-request-id') },
            },
          ],
        },
      });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(60);
    });
    expect(statements).toEqual([]);
    // Many clients share one address.
    expect(await statusesOf(40, gateway.key, '203.0.113.1')).toEqual({ 200: 40 });
    expect(await statusesOf(1, wrong, '203.0.113.2')).toEqual({ 401: 1 });
  });

  it('are counted even if only their format is invalid; requests without an API key are not', async () => {
    expect(await statusesOf(40, null, '203.0.113.1')).toEqual({ 401: 40 });
    expect(await statusesOf(40, 'gwk_live_mistyped', '203.0.113.1')).toEqual({ 401: perMinute, 429: 40 - perMinute });
    expect(await statusesOf(1, null, '203.0.113.1')).toEqual({ 401: 1 });
  });

  it('are counted together for the addresses of one /64', async () => {
    const from = (n: number) => `2001:db8:0:1::${n.toString(16)}`;

    expect(await statusesOf(40, 'gwk_live_mistyped', from)).toEqual({ 401: perMinute, 429: 40 - perMinute });
    expect(await statusesOf(1, 'gwk_live_mistyped', '2001:db8:0:2::1')).toEqual({ 401: 1 });
  });

  it('are counted for the connecting address if no proxy is trusted', async () => {
    const direct = await Gateway.start({ FAILED_API_KEYS_PER_MINUTE: '5' });
    try {
      const statuses = [];
      for (let n = 0; n < 7; n++)
        statuses.push((await direct.post('{}', 'gwk_live_x', { 'x-forwarded-for': `203.0.113.${n}` })).status);
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    } finally {
      await direct.stop();
    }
  });
});
