import { Gateway } from '../support/gateway.js';
import { createCloudAccount, newAccount, sandboxKey } from '../support/steps.js';
import { until } from '../support/until.js';

const listed = 'http://localhost:5173';
const alsoListed = 'https://console.example';
const notListed = [
  'https://evil.example',
  'http://localhost:5174',
  'https://localhost:5173',
  'null',
  'http://localhost:5173.evil.example',
];
const accessHeaders = (headers: Headers) => [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('A page of another origin', () => {
  let gateway: Gateway;
  let closed: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start({ CORS_ORIGINS: `${listed}, ${alsoListed}`, PLAYGROUND: 'on' });
    closed = await Gateway.start();
  });
  afterAll(() => Promise.all([gateway.stop(), closed.stop()]));

  const preflight = (origin: string, path = '/graphql', to = gateway) =>
    fetch(to.url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const ask = (origin: string, init: RequestInit = {}, to = gateway) =>
    fetch(`${to.url}/graphql`, {
      method: 'POST',
      body: '{"query":"{ __typename }"}',
      ...init,
      headers: {
        origin,
        authorization: `Bearer ${to.key}`,
        'content-type': 'application/json',
        ...(init.headers as Record<string, string>),
      },
    });

  it.each([listed, alsoListed])('that is listed can send queries and mutations: %s', async (origin) => {
    const { status, headers } = await preflight(origin);
    const words = (name: string) => headers.get(name)?.toLowerCase().split(', ');

    expect([status, headers.get('access-control-allow-origin'), headers.get('vary')]).toEqual([204, origin, 'Origin']);
    expect(words('access-control-allow-methods')).toEqual(['get', 'head', 'post']);
    expect(words('access-control-allow-headers')).toEqual(
      expect.arrayContaining(['authorization', 'content-type', 'apollo-require-preflight', 'x-apollo-operation-name']),
    );
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(Number(headers.get('access-control-max-age'))).toBeGreaterThan(0);
  });

  it.each<[string, RequestInit, number]>([
    ['an answer', {}, 200],
    ['a document that is not valid', { body: '{"query":"{ nothing }"}' }, 400],
    ['a key that is not', { headers: { authorization: 'Bearer x' } }, 401],
    ['a method that is not supported', { method: 'PUT' }, 405],
    ['a body that is too large', { body: ' '.repeat(300_000) }, 413],
    ['a body of another type', { headers: { 'content-type': 'text/plain' } }, 415],
  ])('that is listed can read %s', async (_, init, status) => {
    const answer = await ask(listed, init);

    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([status, listed]);
    expect(answer.headers.get('access-control-expose-headers')?.toLowerCase().split(', ')).toEqual(
      expect.arrayContaining(['retry-after', 'x-request-id']),
    );
    expect(answer.headers.get('vary')).toBe('Origin');
    await answer.text();
  });

  it('that is listed can read when to try again after too many invalid API keys', async () => {
    const limited = await Gateway.start({ CORS_ORIGINS: listed, FAILED_API_KEYS_PER_MINUTE: '1' });
    try {
      const wrong = { headers: { authorization: 'Bearer gwk_live_mistyped' } };
      await ask(listed, wrong, limited);
      const { status, headers } = await ask(listed, wrong, limited);

      expect([status, headers.get('access-control-allow-origin')]).toEqual([429, listed]);
      expect(headers.get('access-control-expose-headers')).toContain('Retry-After');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    } finally {
      await limited.stop();
    }
  });

  it('that is listed can read that the gateway is shutting down', async () => {
    const closing = await Gateway.start({ CORS_ORIGINS: listed, AWS_TIMEOUT_MS: '4000' });
    // AWS never answers for this access key: the mutation delays the shutdown until its timeout.
    const input = newAccount('A1U1', { credentials: sandboxKey('HANGS', 'A1U1'), idempotencyKey: 'running' });
    const running = closing.send(createCloudAccount, { input });
    await until('the mutation runs', async () => (await closing.sql('SELECT 1 FROM idempotency_claim')).length > 0);
    const stopped = closing.stop();
    let answer: Response;
    do answer = await ask(listed, {}, closing);
    while (answer.status === 200);

    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([503, listed]);
    expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(answer.headers.get('retry-after')).toBe('1');
    await Promise.all([running, stopped]);
  });

  it.each(notListed)('that is not listed gets no permission: %s', async (origin) => {
    for (const { headers } of [await preflight(origin), await ask(origin)]) {
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('vary')).toBe('Origin');
    }
  });

  it('gets no permission for other paths', async () => {
    for (const path of ['/livez', '/readyz', '/playground/', '/iam-setup/template.yaml']) {
      expect(accessHeaders((await preflight(listed, path)).headers)).toEqual([]);
      expect(accessHeaders((await fetch(gateway.url + path, { headers: { origin: listed } })).headers)).toEqual([]);
    }
  });

  it('gets no permission if none is listed, which is the default', async () => {
    for (const { headers } of [await preflight(listed, '/graphql', closed), await ask(listed, {}, closed)]) {
      expect(accessHeaders(headers)).toEqual([]);
      expect(headers.get('vary')).toBeNull();
    }
  });
});
