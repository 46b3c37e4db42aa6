import { ApolloServer } from '@apollo/server';
import { jest } from '@jest/globals';
import { Gateway } from '../support/gateway.js';
import { argumentsOf, documentOf, operations } from '../support/operations.js';
import { globalId, hostedAccount, stepsWith } from '../support/steps.js';

interface Sent {
  readonly method?: string;
  readonly key?: string | null;
  readonly accept?: string;
  readonly type?: string;
  /** Body of a POST. Text is sent unchanged. */
  readonly body?: unknown;
  /** Of a GET or HEAD. */
  readonly search?: Record<string, string>;
}

/** Number of repetitions: the document was accepted, and the fast path has answered at least twice. */
const times = 5;

const account = 'id name status provider region awsAccountId consoleRoleName createdAt';
const accounts = '{ cloudAccounts(first: 2) { nodes { id } } }';
const named = 'query A { __typename } query B($id: ID!) { cloudAccount(id: $id) { name } }';
const deep = `{ cloudAccounts(first: 3) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { ${account}
  subscriptions(first: 2, filter: { isActive: true }) { nodes { id name cloudAccount { name } } totalCount } } } } }`;
const large = `query ($n: Int) { cloudSubscriptions(first: $n) { nodes { cloudAccount { subscriptions(first: $n) { nodes { cloudAccount { id } } } } } } }`;

/** Requests of the first tenant, by their particularity. `ACCOUNT` and `SUBSCRIPTION` are replaced with IDs. */
const corpus: Record<string, Sent> = {
  'a field': { body: { query: '{ __typename }' } },
  'one account': {
    body: { query: `query ($id: ID!) { cloudAccount(id: $id) { ${account} } }`, variables: { id: 'ACCOUNT' } },
  },
  'an unknown account': {
    body: { query: 'query ($id: ID!) { cloudAccount(id: $id) { name } }', variables: { id: 'x' } },
  },
  'an id that is a number': {
    body: { query: 'query ($id: ID!) { cloudAccount(id: $id) { id } }', variables: { id: 7 } },
  },
  'nested pages': { body: { query: deep } },
  'a constant id': { body: { query: '{ cloudAccount(id: "ACCOUNT") { name } }' } },
  'two pages of one field': {
    body: {
      query: `{ cloudAccounts { nodes { a: subscriptions(first: 1) { totalCount nodes { name } } b: subscriptions(last: 2) { nodes { name id } } } } }`,
    },
  },
  aliases: {
    body: {
      query: `{ one: ${accounts.slice(2, -2)} two: cloudAccounts(last: 1) { nodes { x: id y: id __typename } } }`,
    },
  },
  'fields that are merged': {
    body: { query: '{ cloudAccounts { nodes { id } } cloudAccounts { totalCount nodes { name id } } }' },
  },
  'fragments in fragments': {
    body: {
      query:
        '{ cloudAccounts { ...Page } } fragment Page on CloudAccountConnection { nodes { ...Node ...More } } fragment Node on Node { id __typename } fragment More on CloudAccount { ...Node name }',
    },
  },
  'an interface': {
    body: {
      query: `query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on CloudAccount { name status } ... on CloudSubscription { name state: status } } }`,
      variables: { ids: ['ACCOUNT', 'SUBSCRIPTION', 'nonsense', hostedAccount] },
    },
  },
  'an interface without type conditions': { body: { query: '{ node(id: "SUBSCRIPTION") { id } }' } },
  'a list from one variable': {
    body: { query: 'query ($id: [ID!]!) { nodes(ids: $id) { id } }', variables: { id: 'ACCOUNT' } },
  },
  directives: {
    body: {
      query: 'query ($yes: Boolean!) { viewer { role @include(if: $yes) tenant @skip(if: $yes) { name } } }',
      variables: { yes: true },
    },
  },
  'a default of a variable': { body: { query: 'query ($n: Int = 1) { cloudAccounts(first: $n) { nodes { name } } }' } },
  'a variable that is null': {
    body: { query: 'query ($n: Int = 1) { cloudAccounts(first: $n) { nodes { name } } }', variables: { n: null } },
  },
  'a variable that is not used': { body: { query: '{ viewer { role } }', variables: { other: 1 } } },
  'a field named __proto__': {
    body: { query: '{ __proto__: __typename viewer { __proto__: role constructor: role } }' },
  },
  'an enum and an object as variables': {
    body: {
      query:
        'query ($filter: CloudAccountFilterInput, $by: CloudAccountOrderInput) { cloudAccounts(filter: $filter, orderBy: $by) { nodes { name } } }',
      variables: { filter: { status: ['ACTIVE'] }, by: { field: 'CREATED_AT', direction: 'DESC' } },
    },
  },
  'the first operation': { body: { query: named, operationName: 'A' } },
  'the second operation': { body: { query: named, operationName: 'B', variables: { id: 'ACCOUNT' } } },
  'an unknown operation': { body: { query: named, operationName: 'C' } },
  'no operation of two': { body: { query: named } },
  'an empty operation name': { body: { query: '{ viewer { role } }', operationName: '' } },
  'no variables': { body: { query: '{ viewer { role } }', variables: null, extensions: null } },
  'an empty list of variables': { body: { query: '{ viewer { role } }', variables: [] } },
  'variables as a text': { body: { query: '{ viewer { role } }', variables: '{}' } },
  extensions: { body: { query: '{ viewer { role } }', extensions: { a: 1 } } },
  'a persisted query': {
    body: { query: '{ viewer { role } }', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
  },
  'a list of requests': { body: [{ query: '{ viewer { role } }' }] },
  'no query': { body: { variables: {} } },
  'a query that is a number': { body: { query: 1 } },
  'no JSON': { body: '{' },
  'a document that cannot be parsed': { body: { query: '{ viewer' } },
  'a document that is not valid': { body: { query: '{ viewer { nonsense } }' } },
  'a document that is too deep': {
    body: {
      query: `{ cloudAccounts { nodes { ${'subscriptions { nodes { cloudAccount { '.repeat(5)} id ${'} } } '.repeat(5)} } } }`,
    },
  },
  introspection: { body: { query: '{ __schema { queryType { name } } }' } },
  'introspection beside a field': { body: { query: '{ viewer { role } __type(name: "Node") { name } }' } },
  'a missing variable': { body: { query: 'query ($id: ID!) { cloudAccount(id: $id) { id } }' } },
  'a variable of a wrong type': {
    body: { query: 'query ($n: Int) { cloudAccounts(first: $n) { totalCount } }', variables: { n: 'many' } },
  },
  'a page that is too long': { body: { query: '{ cloudAccounts(first: 1000) { totalCount } }' } },
  'a page that is too long, by a variable': {
    body: {
      query: 'query ($n: Int) { viewer { role } cloudAccounts(first: $n) { totalCount } }',
      variables: { n: 1000 },
    },
  },
  'a cursor that is none': {
    body: { query: '{ a: viewer { role } cloudAccounts(after: "x") { nodes { id } } b: viewer { role } }' },
  },
  'an answer that is too large': { body: { query: large, variables: { n: 100 } } },
  'an answer that is not too large': { body: { query: large, variables: { n: 2 } } },
  'text in a literal that looks like code': {
    body: { query: '{ node(id: "\\"}]);process.exit(1)//") { id } other: node(id: "${process.exit(1)}") { id } }' },
  },
  'errors in the middle of a list': {
    body: {
      query: `{ cloudAccounts { nodes { name subscriptions(first: 101) { totalCount } } } }`,
    },
  },
  'a mutation that is refused': {
    body: {
      query:
        'mutation ($input: DeleteSubscriptionInput!) { deleteSubscription(input: $input) { subscription { id } userErrors { __typename code message path } } }',
      variables: { input: { id: globalId('CloudSubscription', 999_999) } },
    },
  },
  'a mutation that is not valid': {
    body: {
      query:
        'mutation { createSubscription(input: { cloudAccountId: "ACCOUNT", name: "", region: "nowhere" }) { subscription { id } userErrors { code message path } } }',
    },
  },
  'two mutations, by a VIEWER': {
    key: 'VIEWER',
    body: {
      query: `mutation { a: deleteSubscription(input: { id: "x" }) { userErrors { code } } b: createApiKey(input: { name: "x", role: VIEWER }) { secret } }`,
    },
  },
  'a query for more than a VIEWER may see': {
    key: 'VIEWER',
    body: { query: '{ apiKeys { nodes { name } } viewer { role } }' },
  },
  'no key': { key: null, body: { query: '{ __typename }' } },
  'a wrong key': { key: 'gwk_live_nonsense', body: { query: '{ __typename }' } },
  'a revoked key': { key: 'REVOKED', body: { query: '{ __typename }' } },
  'a key without introspection': { key: 'VIEWER', body: { query: '{ __schema { queryType { name } } }' } },
  'Accept: graphql-response+json': {
    accept: 'application/graphql-response+json',
    body: { query: '{ viewer { role } }' },
  },
  'Accept of Apollo Client': {
    accept: 'application/graphql-response+json,application/json;q=0.9',
    body: { query: '{ viewer { role } }' },
  },
  'Accept: */*': { accept: '*/*', body: { query: '{ viewer { role } }' } },
  'Accept: text/html': { accept: 'text/html', body: { query: '{ viewer { role } }' } },
  'Accept: application/json, of a wrong variable': {
    accept: 'application/json',
    body: { query: 'query ($n: Int) { cloudAccounts(first: $n) { totalCount } }', variables: { n: 'many' } },
  },
  'Accept: multipart/mixed': { accept: 'multipart/mixed', body: { query: '{ viewer { role } }' } },
  'a type of body that is not JSON': { type: 'text/plain', body: { query: '{ viewer { role } }' } },
  GET: {
    method: 'GET',
    search: { query: `query ($id: ID!) { cloudAccount(id: $id) { ${account} } }`, variables: '{"id":"ACCOUNT"}' },
  },
  'GET of a mutation': {
    method: 'GET',
    search: { query: 'mutation { deleteSubscription(input: { id: "x" }) { userErrors { code } } }' },
  },
  'GET without a query': { method: 'GET', search: {} },
  'GET with an empty operation name': { method: 'GET', search: { query: '{ viewer { role } }', operationName: '' } },
  'GET of what POST has sent': { method: 'GET', search: { query: '{ viewer { role } }' } },
  HEAD: { method: 'HEAD', search: { query: '{ viewer { role } }' } },
  PUT: { method: 'PUT', body: { query: '{ viewer { role } }' } },
};

describe('a document that was accepted before', () => {
  let gateway: Gateway;
  let ids: Record<string, string>;
  let keys: Record<string, string>;
  const steps = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start({ FAST_PATH: 'on' });
    const first = await steps.createQuickAccount();
    await steps.createQuickAccount();
    const subscription = await steps.createSubscription(first.id);
    await steps.createSubscription(first.id);
    ids = { ACCOUNT: first.id, SUBSCRIPTION: subscription.id };
    const revoked = await steps.createKey();
    keys = { VIEWER: await gateway.newKey({ role: 'VIEWER' }), REVOKED: revoked.secret };
    await gateway.ask('mutation ($id: ID!) { revokeApiKey(input: { id: $id }) { userErrors { code } } }', {
      id: revoked.id,
    });
  });
  afterAll(() => gateway.stop());

  /** The answer, without parts that differ between requests. */
  async function answerTo({ method = 'POST', key = gateway.key, accept, type, body, search }: Sent) {
    const withIds = (text: string) => text.replaceAll(/\b(?:ACCOUNT|SUBSCRIPTION)\b/g, (name) => ids[name]!);
    const parameters = new URLSearchParams(search && JSON.parse(withIds(JSON.stringify(search))));
    const response = await fetch(`${gateway.url}/graphql${search ? `?${String(parameters)}` : ''}`, {
      method,
      headers: {
        ...(key && { authorization: `Bearer ${keys[key] ?? key}` }),
        ...(body !== undefined && { 'content-type': type ?? 'application/json' }),
        ...(accept && { accept }),
      },
      ...(body !== undefined && { body: withIds(typeof body === 'string' ? body : JSON.stringify(body)) }),
    });
    const text = (await response.text())
      .replaceAll(/"(requestId|auditedAt)":"[^"]+"/g, '"$1":"…"')
      .replace(/"remaining":\d+/, '"remaining":…');
    // The remaining budget can have fewer digits.
    const varying = ['date', 'x-request-id', ...(text.includes('"remaining"') ? ['content-length'] : [])];
    return {
      status: response.status,
      headers: [...response.headers].filter(([name]) => !varying.includes(name)),
      text,
    };
  }

  it.each(Object.entries(corpus))('is answered as before: %s', async (_, sent) => {
    const before = await answerTo(sent);
    for (let i = 1; i < times; i++) expect(await answerTo(sent)).toEqual(before);
  });

  it('is answered as before, whatever is asked of it', async () => {
    const examples = { ID: 'ACCOUNT', 'iamSetup.input': { vendorAccountId: '111122223333' } };
    const queries = operations.filter(({ kind }) => kind === 'query');
    expect(queries.length).toBeGreaterThan(10);
    for (const query of queries) {
      const sent = { body: { query: documentOf(query), variables: argumentsOf(query, examples) } };
      const before = await answerTo(sent);
      expect([query.field.name, before.status]).toEqual([query.field.name, 200]);
      for (let i = 1; i < times; i++) expect(await answerTo(sent)).toEqual(before);
    }
  });

  it('does not reach Apollo Server again, unless it asks for the schema or is sent by GET', async () => {
    const apollo = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
    const reached = async (sent: Sent) => {
      apollo.mockClear();
      for (let i = 0; i < times; i++) await answerTo(sent);
      return apollo.mock.calls.length;
    };

    try {
      expect(await reached({ body: { query: '{ cloudAccounts { nodes { name status } } }' } })).toBe(2);
      expect(await reached({ body: { query: '{ __schema { queryType { name } } viewer { role } }' } })).toBe(times);
      expect(await reached({ method: 'GET', search: { query: '{ viewer { role tenant { name } } }' } })).toBe(times);
      const mutation = 'mutation { deleteSubscription(input: { id: "y" }) { userErrors { code } } }';
      expect(await reached({ body: { query: mutation } })).toBe(2);
    } finally {
      apollo.mockRestore();
    }
  });

  it('reaches Apollo Server every time with FAST_PATH=off', async () => {
    const slow = await Gateway.start({ FAST_PATH: 'off' });
    const apollo = jest.spyOn(ApolloServer.prototype, 'executeHTTPGraphQLRequest');
    try {
      for (let i = 0; i < times; i++) await slow.ask('{ viewer { role } }');
      expect(apollo).toHaveBeenCalledTimes(times);
    } finally {
      apollo.mockRestore();
      await slow.stop();
    }
  });
});
