import { sandboxSecret } from '@cloud-account-gateway/aws-sandbox';
import type { FastifyReply } from 'fastify';
import { newApiKeyToken } from '../../libs/access/src/api-key-token.js';
import { HealthController } from '../../src/rest/health.controller.js';
import { Gateway, type Answer } from '../support/gateway.js';
import { allStatementsOf, statementsOf } from '../support/statements.js';
import { createCloudAccount, newAccount, stepsWith } from '../support/steps.js';

const query = '{ cloudAccounts { totalCount } }';
const json = 'application/json';

describe('over HTTP', () => {
  let gateway: Gateway;
  const { rowsStored } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  /** Expects a refusal in the format of GraphQL: one error with a code and the request ID. */
  const expectRefusal = (answer: Pick<Answer, 'status' | 'headers' | 'body'>, status: number, code: string) => {
    expect({ status: answer.status, body: answer.body }).toMatchObject({
      status,
      body: { errors: [{ extensions: { code } }] },
    });
    expect(answer.body.errors).toHaveLength(1);
    expect(answer.body.errors[0].extensions.requestId).toBe(answer.headers.get('x-request-id'));
  };

  const withoutPost = async (path: string, init: RequestInit = {}) => {
    const { headers, ...rest } = init;
    const response = await fetch(gateway.url + path, {
      ...rest,
      headers: { authorization: `Bearer ${gateway.key}`, ...(headers as Record<string, string>) },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text ? JSON.parse(text) : null };
  };

  describe('a body', () => {
    it('of 2 MB is refused', async () => {
      const body = JSON.stringify({ query, variables: { filler: 'x'.repeat(2 * 1024 * 1024) } });

      expectRefusal(await gateway.post(body), 413, 'PAYLOAD_TOO_LARGE');
    });

    it('of 200 KB is accepted', async () => {
      const body = JSON.stringify({ query, variables: { filler: 'x'.repeat(200 * 1024) } });

      expect((await gateway.post(body)).status).toBe(200);
    });

    it.each([
      ['that is not JSON', `{"secretAccessKey":"${sandboxSecret}"`],
      ['cut off in a secret', `{"query":"mutation { a(s: \\"${sandboxSecret}`],
      ['with single quotes', `{'secretAccessKey':'${sandboxSecret}'}`],
      ['that poisons prototypes', `{"query":"{ __typename }","__proto__":{"secret":"${sandboxSecret}"}}`],
      ['of binary', Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x7b])],
      ['that is empty', ''],
    ])('%s is refused, and not repeated', async (_, body) => {
      const answer = await gateway.post(body);

      expectRefusal(answer, 400, 'BAD_REQUEST');
      expect(answer.text).not.toContain(sandboxSecret.slice(0, 12));
    });

    it.each([
      ['null', 'null'],
      ['a number', '1'],
      ['a text', '"{ __typename }"'],
      ['no query', '{"variables":{}}'],
      ['a query that is a number', '{"query":1}'],
      ['a query that is null', '{"query":null}'],
      ['variables that are a text', '{"query":"{ __typename }","variables":"x"}'],
      ['variables that are a list', '{"query":"{ __typename }","variables":[1]}'],
      ['an operation name that is a number', '{"query":"{ __typename }","operationName":1}'],
    ])('of JSON with %s is refused', async (_, body) => {
      const answer = await gateway.post(body);

      expect(answer.status).toBe(400);
      expectRefusal(answer, 400, answer.body.errors[0].extensions.code);
      expect(answer.body.errors[0].extensions.code).toMatch(/^BAD_/);
    });

    it('with a byte order mark is accepted', async () => {
      const answer = await gateway.post(`\ufeff${JSON.stringify({ query })}`);

      expect({ status: answer.status, data: answer.body.data }).toEqual({
        status: 200,
        data: { cloudAccounts: { totalCount: 1 } },
      });
    });

    it('with a list of operations is refused', async () => {
      expectRefusal(await gateway.post(JSON.stringify([{ query }, { query }])), 400, 'BAD_REQUEST');
    });
  });

  describe('a content type', () => {
    it.each(['text/xml', 'multipart/form-data; boundary=x', 'nonsense'])('%s is refused', async (type) => {
      expectRefusal(
        await gateway.post(JSON.stringify({ query }), gateway.key, { 'content-type': type }),
        415,
        'UNSUPPORTED_MEDIA_TYPE',
      );
    });

    const variables = { input: newAccount('CSRF') };

    it.each([
      ['text/plain', JSON.stringify({ query: createCloudAccount, variables })],
      [
        'application/x-www-form-urlencoded',
        new URLSearchParams({ query: createCloudAccount, variables: JSON.stringify(variables) }).toString(),
      ],
    ])('%s, which any website can send, changes nothing', async (type, body) => {
      const before = await rowsStored();

      const answer = await gateway.post(body, gateway.key, { 'content-type': type });

      expectRefusal(answer, answer.status, answer.body.errors[0].extensions.code);
      expect([400, 415]).toContain(answer.status);
      expect(answer.text).not.toContain(sandboxSecret);
      expect(await rowsStored()).toEqual(before);
    });

    it('with a charset is accepted', async () => {
      const type = { 'content-type': `${json}; charset=utf-8` };

      expect((await gateway.post(JSON.stringify({ query }), gateway.key, type)).status).toBe(200);
    });
  });

  it.each([
    ['GET', '/'],
    ['POST', '/graphql/x'],
    ['GET', '/admin'],
    ['GET', '/../etc/passwd'],
    ['GET', '/%2e%2e/%00'],
    ['GET', '/livez/x'],
  ])('%s %s is not found', async (method, path) => {
    const answer = await withoutPost(path, { method });

    expect([400, 404]).toContain(answer.status);
    expectRefusal(answer, answer.status, answer.status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST');
  });

  describe('an API key', () => {
    const refused = async (key: string | null, headers: Record<string, string> = {}) => {
      const answer = await gateway.post(JSON.stringify({ query: createCloudAccount }), key, headers);
      expectRefusal(answer, 401, 'UNAUTHENTICATED');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      const { message, extensions } = answer.body.errors[0];
      return `${extensions.reason}: ${message}`;
    };
    const mistyped = () => gateway.key.slice(0, -1) + (gateway.key.endsWith('A') ? 'B' : 'A');
    /** Another secret with the same API key ID and a valid checksum. */
    const forged = async () => {
      const stranger = await gateway.anotherTenant();
      const [own] = await gateway.sql('SELECT key_id FROM api_key ORDER BY id DESC');
      await gateway.sql('UPDATE api_key SET token_hash = ? WHERE key_id = ?', [Buffer.alloc(32, 1), own.key_id]);
      return stranger;
    };

    it('is required, and the answer depends only on the format of the request', async () => {
      const missing = new Set([
        await refused(null),
        await refused(''),
        await refused(null, { authorization: `Basic ${gateway.key}` }),
        await refused(null, { authorization: gateway.key }),
        await refused(null, { authorization: 'Bearer' }),
        await refused(null, { 'x-api-key': gateway.key }),
      ]);
      const malformed = new Set([
        await refused(mistyped()),
        await refused(gateway.key.toLowerCase()),
        await refused(`${gateway.key}x`),
        await refused(null, { authorization: `Bearer ${'x'.repeat(8000)}` }),
      ]);
      const unknown = new Set([await refused(await forged()), await refused(newApiKeyToken().token.reveal())]);

      expect([[...missing], [...malformed], [...unknown]]).toEqual([
        [expect.stringMatching(/^MISSING: .*Authorization: Bearer/)],
        [expect.stringMatching(/^MALFORMED: .*Copy the whole key/)],
        [expect.stringMatching(/^UNKNOWN: /)],
      ]);
    });

    it('is required before the request is processed', async () => {
      const { text } = await gateway.post(JSON.stringify({ query: '{ nonsense }' }), null);

      expect(text).not.toContain('nonsense');
      expect(text).toContain('UNAUTHENTICATED');
    });

    it('with a wrong checksum causes no query to the database, unlike others', async () => {
      const unknown = await forged();

      expect(await allStatementsOf(gateway, () => refused(mistyped()))).toEqual([]);
      expect(await allStatementsOf(gateway, () => refused(unknown))).toHaveLength(1);
    });

    it('is accepted with the word Bearer in any case', async () => {
      const headers = { authorization: `bearer  ${gateway.key}` };

      expect((await gateway.post(JSON.stringify({ query }), null, headers)).status).toBe(200);
    });

    it('is not needed to check that the gateway is alive', async () => {
      const answer = await fetch(`${gateway.url}/livez`);

      expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    });
  });

  it.each([
    ['an answer', () => gateway.post(JSON.stringify({ query }))],
    ['a refusal', () => gateway.post(JSON.stringify({ query }), null)],
    ['a broken body', () => gateway.post('{')],
    ['nothing', () => withoutPost('/nothing')],
    ['the health', () => withoutPost('/livez')],
  ])('%s has its own request ID and the headers against caches and sniffing', async (_, send) => {
    const [one, other] = [await send(), await send()];

    expect(Object.fromEntries(one.headers)).toMatchObject({
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'content-type': expect.stringMatching(/^application\/json; charset=utf-8$/),
    });
    expect(one.headers.get('x-powered-by')).toBeNull();
    expect(one.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('x-request-id')).not.toBe(one.headers.get('x-request-id'));
  });

  it('a request ID of the caller is not used', async () => {
    const answer = await gateway.post(JSON.stringify({ query }), gateway.key, { 'x-request-id': 'mine', 'request-id': 'mine' }); // prettier-ignore

    expect(answer.headers.get('x-request-id')).not.toBe('mine');
  });

  describe('/readyz', () => {
    it('reports whether requests can be served, and why', async () => {
      const { status, body } = await withoutPost('/readyz', { headers: { authorization: '' } });
      expect({ status, body }).toEqual({
        status: 200,
        body: { status: 'ok', checks: { database: 'ok', migrations: 'ok', keyRing: 'ok' } },
      });
    });

    it('queries the database once for concurrent callers', async () => {
      const ask = () => gateway.get(HealthController).readyz({ code: () => undefined } as unknown as FastifyReply);
      const alone = await statementsOf(gateway, ask);
      const together = await statementsOf(gateway, () => Promise.all(Array.from({ length: 50 }, ask)));

      expect(alone.length).toBeGreaterThan(0);
      // Four more statements when the write check of the database is due.
      expect(together.length).toBeLessThanOrEqual(alone.length + 4);
    });

    it('reports what is missing', async () => {
      await gateway.sql("UPDATE encryption_key SET kek_id = 'kek-00000000'");
      await gateway.sql(
        'DELETE FROM schema_migration WHERE id = (SELECT MAX(id) FROM (SELECT id FROM schema_migration) m)',
      );
      const { status, body } = await withoutPost('/readyz');
      expect({ status, body }).toEqual({
        status: 503,
        body: { status: 'failing', checks: { database: 'ok', migrations: 'failing', keyRing: 'failing' } },
      });
    });
  });
});
