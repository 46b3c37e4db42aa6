import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Gateway } from '../support/gateway.js';
import { createCloudAccount, quickAccount, stepsWith } from '../support/steps.js';

const query = '{ viewer { role } }';
const data = { viewer: { role: 'OWNER' } };
type Headers = Record<string, string>;

describe('A request of GraphQL over HTTP', () => {
  let gateway: Gateway;
  const { rowsStored } = stepsWith(() => gateway);

  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  const get = async (parameters: Record<string, string> | string[][], headers: Headers = {}) => {
    const response = await fetch(`${gateway.url}/graphql?${new URLSearchParams(parameters).toString()}`, {
      headers: { authorization: `Bearer ${gateway.key}`, ...headers },
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  };
  const post = (body: unknown, headers: Headers = {}) => gateway.post(JSON.stringify(body), gateway.key, headers);
  const refusal = ({ status, body }: { status: number; body: any }) => [status, body.errors[0].extensions.code, body.errors.length]; // prettier-ignore

  describe('by GET', () => {
    it.each<[string, Headers]>([
      ['nothing but the key', {}],
      ['what Apollo Client sends', { 'x-apollo-operation-name': 'A', 'content-type': 'application/json' }],
      ['what urql sends', { accept: 'application/graphql-response+json, application/graphql+json, application/json' }],
    ])('with %s is answered, and not kept by caches', async (_, headers) => {
      const answer = await get({ query }, headers);

      expect([answer.status, answer.body]).toEqual([200, { data, extensions: answer.body.extensions }]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });

    it('accepts variables, an operation name and extensions', async () => {
      const document = 'query A($id: ID!) { node(id: $id) { id } } query B { __typename }';
      const variables = JSON.stringify({ id: 'Q2xvdWRBY2NvdW50OjE' });

      const answer = await get({ query: document, variables, operationName: 'A', extensions: '{"a":1}' });

      expect(answer.body.data).toEqual({ node: { id: 'Q2xvdWRBY2NvdW50OjE' } });
    });

    it('without an API key or with another scheme is refused like every other request', async () => {
      for (const authorization of ['', `Basic ${Buffer.from(`a:${gateway.key}`).toString('base64')}`]) {
        const answer = await get({ query }, { authorization });
        expect(refusal(answer)).toEqual([401, 'UNAUTHENTICATED', 1]);
      }
    });

    it('never changes anything', async () => {
      const before = await rowsStored();
      const answer = await get({
        query: createCloudAccount,
        variables: JSON.stringify({ input: quickAccount('GETS') }),
      });

      expect(refusal(answer)).toEqual([405, 'METHOD_NOT_ALLOWED', 1]);
      expect(answer.headers.get('allow')).toBe('POST');
      expect(await rowsStored()).toEqual(before);
    });

    it('changes nothing when it names a mutation beside a query', async () => {
      const document = 'query A { __typename } mutation B { revokeApiKey(input: { id: "x" }) { userErrors { code } } }';

      expect((await get({ query: document, operationName: 'A' })).status).toBe(200);
      expect(refusal(await get({ query: document, operationName: 'B' }))).toEqual([405, 'METHOD_NOT_ALLOWED', 1]);
    });

    it.each<[string, string[][]]>([
      ['no query', []],
      ['an empty query', [['query', '']]],
      ['a blank query', [['query', ' ']]],
      [
        'two queries',
        [
          ['query', query],
          ['query', query],
        ],
      ],
      [
        'two sets of variables',
        [
          ['query', query],
          ['variables', '{}'],
          ['variables', '{}'],
        ],
      ],
      [
        'two operation names',
        [
          ['query', query],
          ['operationName', ''],
          ['operationName', 'A'],
        ],
      ],
      [
        'two sets of extensions',
        [
          ['query', query],
          ['extensions', '{}'],
          ['extensions', '{}'],
        ],
      ],
      [
        'variables that are not JSON',
        [
          ['query', query],
          ['variables', '{"secret":'],
        ],
      ],
      [
        'variables that are a list',
        [
          ['query', query],
          ['variables', '[1]'],
        ],
      ],
      [
        'extensions that are not JSON',
        [
          ['query', query],
          ['extensions', 'secret'],
        ],
      ],
    ])('with %s is refused', async (_, parameters) => {
      const answer = await get(parameters);

      expect(refusal(answer)).toEqual([400, 'BAD_REQUEST', 1]);
      expect(answer.body.errors[0].message).not.toBe('The request is not valid.');
      expect(answer.text).not.toContain('secret');
    });
  });

  // Clients send these for unused parameters. `[]` is an empty map of PHP.
  const empty = [null, '', ' ', []];

  describe.each(['operationName', 'variables', 'extensions'])('with an empty %s', (name) => {
    it.each(empty.map((value) => [JSON.stringify(value), value]))('by POST: %s counts as absent', async (_, value) => {
      const answer = await post({ query: `query A ${query}`, [name]: value });

      expect([answer.status, answer.body.data]).toEqual([200, data]);
    });

    it.each(name === 'operationName' ? ['', ' '] : ['', ' ', 'null', '[]'])(
      'by GET: "%s" counts as absent',
      async (value) => {
        const answer = await get({ query: `query A ${query}`, [name]: value });

        expect([answer.status, answer.body.data]).toEqual([200, data]);
      },
    );
  });

  it('with a body that is not UTF-8 is refused, and not stored', async () => {
    const headers = { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' };
    const body = Buffer.from(JSON.stringify({ query: '{ viewer { role } } # caf\u00e9' }), 'latin1');
    const answer = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body });

    expect([answer.status, (await answer.json()).errors[0].message]).toEqual([400, expect.stringContaining('UTF-8')]);
  });

  it('with more tokens than allowed is too expensive', async () => {
    const { body } = await post({ query: `{ ${'viewer { role } '.repeat(29)} ${'# \n __typename '.repeat(2000)} }` });
    expect(body.errors[0]).toMatchObject({
      message: 'The document has more than 2000 tokens.',
      extensions: { code: 'QUERY_TOO_EXPENSIVE' },
    });
  });

  it.each(['OPTIONS', 'DELETE', 'PUT', 'POST', 'GET'])('by %s to an unknown path gets 404', async (method) => {
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${gateway.url}/nope`, { method, headers })).status).toBe(404);
  });

  it('for a download leaves no listener behind', async () => {
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on('warning', note);
    for (const file of ['template.yaml', 'terraform.zip'])
      await (await fetch(`${gateway.url}/iam-setup/${file}`)).arrayBuffer();
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  it('with an empty operation name does not choose between two operations', async () => {
    const answer = await post({ query: 'query A { __typename } query B { __typename }', operationName: '' });

    expect(refusal(answer)).toEqual([400, 'OPERATION_RESOLUTION_FAILURE', 1]);
  });

  it('can have unknown members', async () => {
    expect((await post({ query, id: 1, doc_id: null, constructor: 'x', toString: {} })).body.data).toEqual(data);
  });

  it.each<[string, unknown]>([
    ['no query', {}],
    ['only empty members', { variables: null, operationName: '' }],
    ['query: null', { query: null }],
    ['an empty query', { query: '' }],
    ['a blank query', { query: ' \n' }],
    ['null', null],
    ['a number', 1],
    ['a text', 'x'],
    ['variables that are a number', { query, variables: 0 }],
    ['variables that are false', { query, variables: false }],
    ['extensions that are a list', { query, extensions: [1] }],
    ['an operation name that is a list', { query, operationName: ['A'] }],
    ['a batch', [{ query }, { query }]],
    ['an empty batch', []],
  ])('by POST with %s is refused', async (_, body) => {
    const answer = await post(body);

    expect(refusal(answer)).toEqual([400, expect.stringMatching(/^BAD_/), 1]);
    expect(answer.body.errors[0].message).not.toBe('The request is not valid.');
    expect(answer.body.errors[0].message).not.toMatch(/POST body|Syntax Error|provided/);
  });

  it.each<[string, string, object]>([
    ['an unknown name', 'no operation with the name', { query: `query A ${query}`, operationName: 'B' }],
    ['a text that is no name', 'no operation with the name', { query: `query A ${query}`, operationName: 'A B' }],
    ['no name for two', 'has several operations', { query: `query A ${query} query B ${query}` }],
  ])('that selects its operation by %s gets the reason', async (_, said, body) => {
    const answer = await post(body);

    expect(refusal(answer)).toEqual([400, 'OPERATION_RESOLUTION_FAILURE', 1]);
    expect(answer.body.errors[0].message).toContain(said);
  });

  it('for a GraphQL subscription is refused with the reason', async () => {
    const { errors } = (await post({ query: 'subscription { x }' })).body;

    expect(errors).toMatchObject([
      { message: 'GraphQL subscriptions are not supported.', extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } },
    ]);
  });

  describe('whose body is JSON', () => {
    const send = (body: Buffer, headers: Headers) => gateway.post(body, gateway.key, headers);
    const type = 'application/json';
    const json = JSON.stringify({ query });

    it.each<[string, Buffer, Headers]>([
      ['gzip', gzipSync(json), { 'content-encoding': 'gzip' }],
      ['br', brotliCompressSync(json), { 'content-encoding': 'br' }],
      ['an unknown encoding', Buffer.from(json), { 'content-encoding': 'GZIP, identity' }],
    ])('compressed with %s is refused with a remediation', async (_, body, headers) => {
      const answer = await send(body, { 'content-type': type, ...headers });

      expect(refusal(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE', 1]);
      expect(answer.body.errors[0].message).toContain('Send it uncompressed');
    });

    it.each(['utf-16', 'UTF-16LE', 'iso-8859-1', '"windows-1252"'])('in %s is refused', async (charset) => {
      const answer = await send(Buffer.from(json), { 'content-type': `${type}; charset=${charset}` });

      expect(refusal(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE', 1]);
      expect(answer.body.errors[0].message).toContain('Send JSON in UTF-8');
    });

    it.each(['utf-8', 'UTF8', '"Utf-8"', 'us-ascii', ''])('in charset "%s" is read', async (charset) => {
      const headers = { 'content-type': `${type}; charset=${charset}`, 'content-encoding': 'identity' };

      expect((await send(Buffer.from(json), headers)).body.data).toEqual(data);
    });
  });

  it.each<[string, string, string]>([
    ['text/plain', 'text/plain', JSON.stringify({ query })],
    ['a form', 'application/x-www-form-urlencoded', new URLSearchParams({ query }).toString()],
    ['multipart', 'multipart/form-data; boundary=x', `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${JSON.stringify({ query })}\r\n--x--`], // prettier-ignore
    ['GraphQL', 'application/graphql', query],
    ['no type', '', JSON.stringify({ query })],
  ])('whose body is %s is refused, even with an API key', async (_, type, body) => {
    const answer = await gateway.post(Buffer.from(body), gateway.key, { 'content-type': type });

    expect(refusal(answer)).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE', 1]);
  });

  describe('with names of prototypes', () => {
    afterEach(() => expect(({} as { polluted?: unknown }).polluted).toBeUndefined());

    it.each([
      ['in the body', `{"query":"${query}","__proto__":{"polluted":1}}`],
      ['in the variables', `{"query":"${query}","variables":{"__proto__":{"polluted":1}}}`],
      ['written otherwise', `{"query":"${query}","variables":{"\\u005f_proto__":{"polluted":1}}}`],
      ['of a constructor', `{"query":"${query}","variables":{"constructor":{"prototype":{"polluted":1}}}}`],
    ])('%s is refused, and the message says so', async (_, body) => {
      const answer = await gateway.post(body);

      expect(refusal(answer)).toEqual([400, 'BAD_REQUEST', 1]);
      expect(answer.body.errors[0].message).toContain('`__proto__`');
    });

    it('by GET reads them like other undeclared variables', async () => {
      const variables = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';

      expect((await get({ query, variables })).body.data).toEqual(data);
    });

    it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
      'in an input: %s is an unknown field',
      async (name) => {
        const variables = `{"filter":{"${name}":{"polluted":1}}}`;
        const document = 'query A($filter: CloudAccountFilter) { cloudAccounts(filter: $filter) { totalCount } }';

        const answer = await get({ query: document, variables });

        expect(refusal(answer)).toEqual([400, 'BAD_USER_INPUT', 1]);
        expect(answer.body.errors[0].extensions.faults).toHaveLength(1);
      },
    );

    it('as variables, aliases and operations are ordinary names', async () => {
      const document = 'query __proto__($__proto__: ID = "x", $constructor: ID = "y") { __proto__: node(id: $__proto__) { id } constructor: node(id: $constructor) { id } }'; // prettier-ignore
      const answer = await post({ query: document, operationName: '__proto__' });

      expect([answer.status, answer.text]).toEqual([
        200,
        expect.stringContaining('"__proto__":null,"constructor":null'),
      ]);
    });
  });
});
