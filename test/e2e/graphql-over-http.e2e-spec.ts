import { serverAudits } from 'graphql-http';
import { Gateway } from '../support/gateway.js';

/** Result of each audit with this API key, such as `MUST 4655`. */
async function audited(gateway: Gateway, key: string) {
  const result = { met: [] as string[], unmet: [] as string[], statuses: [] as number[] };
  const fetchFn = async (url: string, init: RequestInit = {}) => {
    const headers = { ...(init.headers as object), authorization: `Bearer ${key}` };
    const response = await fetch(url, { ...init, headers });
    result.statuses.push(response.status);
    return response;
  };
  for (const { id, name, fn } of serverAudits({ url: `${gateway.url}/graphql`, fetchFn })) {
    const { status } = await fn();
    result[status === 'ok' ? 'met' : 'unmet'].push(`${name.split(' ')[0]} ${id}`);
  }
  return result;
}

describe('the specification of GraphQL over HTTP', () => {
  let gateway: Gateway;

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  it('is met in 13 of 13 MUST, 23 of 23 SHOULD and 25 of 25 MAY', async () => {
    const result = await audited(gateway, gateway.key);

    const count = (level: string) => result.met.filter((audit) => audit.startsWith(level)).length;
    expect(result.unmet).toEqual([]);
    expect([count('MUST'), count('SHOULD'), count('MAY')]).toEqual([13, 23, 25]);
  });

  it('is met except for introspection, and never answered with 5xx, with an API key that cannot introspect', async () => {
    const { unmet: failed, statuses } = await audited(gateway, await gateway.newKey({ canIntrospect: false }));

    expect(failed.filter((audit) => audit.startsWith('MUST')).length).toBeLessThanOrEqual(2);
    expect(statuses.length).toBeGreaterThan(60);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  });

  it.each([
    ['application/json', 200],
    ['application/json, text/plain, */*', 200],
    ['application/graphql-response+json, application/json;q=0.9', 400],
    ['*/*', 400],
  ])('answers an invalid document for a client that accepts %s with %d', async (accept, status) => {
    for (const query of ['{', '{ nonsense }', 'query ($id: ID!) { node(id: $id) { id } }']) {
      const answer = await gateway.post(JSON.stringify({ query }), gateway.key, { accept });
      expect([answer.status, answer.body.data, answer.body.errors.length]).toEqual([status, undefined, 1]);
    }
  });

  it('never answers a refused request with success', async () => {
    const accept = { accept: 'application/json' };

    expect((await gateway.post('{', gateway.key, accept)).status).toBe(400);
    expect((await gateway.post('{"query":"{ __typename }"}', null, accept)).status).toBe(401);
    const query = encodeURIComponent('mutation { deleteCloudAccount(input: { id: "x" }) { userErrors { code } } }');
    const headers = { ...accept, authorization: `Bearer ${gateway.key}`, 'apollo-require-preflight': '1' };
    expect((await fetch(`${gateway.url}/graphql?query=${query}`, { headers })).status).toBe(405);
  });
});
