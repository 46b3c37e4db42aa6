import { Gateway } from '../support/gateway.js';

const document = '{ cloudAccounts(first: 10) { nodes { name } } }'; // see docs/limits.md
const cost = 72;

describe('The cost budget', () => {
  describe('of an API key', () => {
    let gateway: Gateway;
    beforeAll(async () => {
      const budgets = { API_KEY_COST_BUDGET: '500', API_KEY_COST_PER_SECOND: '1', TENANT_COST_BUDGET: '100000' };
      gateway = await Gateway.start(budgets);
    });
    afterAll(() => gateway.stop());

    it('is in every response, also of documents that were sent before', async () => {
      const key = await gateway.newKey();
      for (let sent = 1; sent <= 4; sent++) {
        const { body } = await gateway.send(document, {}, key);
        expect(body).toEqual({
          data: { cloudAccounts: { nodes: expect.any(Array) } },
          extensions: { cost: { requested: cost, maximum: 500, remaining: expect.any(Number), restoreRate: 1 } },
        });
        const { remaining } = body.extensions.cost;
        expect(remaining).toBeGreaterThanOrEqual(500 - sent * cost);
        expect(remaining).toBeLessThan(500 - (sent - 1) * cost);
      }
    });

    it('refuses requests when it is spent, whether or not the document was sent before', async () => {
      const key = await gateway.newKey();
      const answers = [];
      for (let i = 0; i < 12; i++) answers.push(await gateway.send(document, {}, key));

      const refused = answers.filter(({ status }) => status !== 200);
      expect(answers.slice(0, 6).every(({ status }) => status === 200)).toBe(true);
      expect(refused.length).toBeGreaterThanOrEqual(2);
      for (const { status, headers, body } of refused) {
        expect(status).toBe(429);
        expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(cost);
        expect(body.errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED', requestId: expect.any(String) } }]);
        expect(body.data).toBeUndefined();
        expect(body.extensions.cost).toMatchObject({ requested: cost, maximum: 500, restoreRate: 1 });
        expect(body.extensions.cost.remaining).toBeLessThan(cost);
      }
      // A cheaper document, and another API key of the tenant, are served.
      expect((await gateway.send('{ __typename }', {}, key)).status).toBe(200);
      expect((await gateway.send(document, {}, await gateway.newKey())).status).toBe(200);
    });

    it('refuses a document that was sent before with the same response as a new one', async () => {
      const key = await gateway.newKey();
      for (let i = 0; i < 7; i++) await gateway.send(document, {}, key);
      const known = await gateway.send(document, {}, key);
      const unknown = await gateway.send(document.replace('name', ' name'), {}, key);

      const seen = ({ status, headers, text, body }: typeof known) => ({
        status,
        headers: [...headers].filter(
          ([name]) => !['date', 'x-request-id', 'content-length', 'retry-after'].includes(name),
        ),
        hasRetryAfter: headers.has('retry-after'),
        text: text
          .replaceAll(body.errors[0].extensions.requestId, 'ID')
          .replaceAll(/\d+ of the cost|"remaining":\d+/g, '…'),
      });
      expect(known.status).toBe(429);
      expect(seen(known)).toEqual(seen(unknown));
    });

    it('is 429 for clients of any media type', async () => {
      const key = await gateway.newKey();
      const body = JSON.stringify({ query: '{ cloudAccounts(first: 70) { nodes { name } } }' });
      for (const accept of ['application/json', 'application/graphql-response+json', '*/*']) {
        await gateway.post(body, key, { accept });
        const { status } = await gateway.post(body, key, { accept });
        expect([accept, status]).toEqual([accept, 429]);
      }
    });

    it('is charged for documents that are not valid, too, and refuses none of them', async () => {
      const key = await gateway.newKey();
      const invalid = ['{', '{ nothing }', 'query ($id: ID!) { node(id: $id) { id } }'];
      let before = 500;
      for (let i = 0; i < 60; i++) {
        const { body } = await gateway.send(invalid[i % invalid.length]!, {}, key);
        expect(body.errors[0].extensions.code).not.toBe('RATE_LIMITED');
        const { remaining } = body.extensions.cost;
        if (i < 30) expect(remaining).toBeLessThan(before);
        before = remaining;
      }
      expect((await gateway.send(document, {}, key)).status).toBe(429);
    });

    it('says what a document costs that is too expensive', async () => {
      const { body } = await gateway.send('{ cloudAccounts(first: 100) { nodes { subscriptions(first: 100) { nodes { id } } } } }'); // prettier-ignore

      expect(body.errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_EXPENSIVE' } }]);
      expect(body.extensions.cost.requested).toBeGreaterThan(40_000);
    });

    it('is not shown without a valid API key', async () => {
      const { status, body } = await gateway.send(document, {}, 'gwk_live_unknown');

      expect([status, body.extensions]).toEqual([401, undefined]);
    });
  });

  describe('of a tenant', () => {
    let gateway: Gateway;
    beforeAll(async () => {
      const budgets = { TENANT_COST_BUDGET: '300', TENANT_COST_PER_SECOND: '1' };
      gateway = await Gateway.start(budgets);
    });
    afterAll(() => gateway.stop());

    it('is shared by its API keys, and by no other tenant', async () => {
      const keys = [await gateway.newKey(), await gateway.newKey(), await gateway.newKey()];
      const statuses = [];
      for (let i = 0; i < 9; i++) statuses.push((await gateway.send(document, {}, keys[i % 3])).status);

      expect(statuses.slice(0, 4)).toEqual([200, 200, 200, 200]);
      expect(statuses.slice(6)).toEqual([429, 429, 429]);
      const { body } = await gateway.send(document, {}, keys[0]);
      expect(body.errors[0].message).toContain('your tenant');
      expect(body.extensions.cost).toMatchObject({ maximum: 300 });
      expect((await gateway.send(document, {}, await gateway.anotherTenant())).status).toBe(200);
    });
  });
});
