import { ApolloServer, type ApolloServerOptions, HeaderMap } from '@apollo/server';
import { buildSchema, type GraphQLScalarType } from 'graphql';
import { makeFormatError } from './format-error.js';
import { knownNamesOf } from '../variables/known-names.js';
import { Random } from '../testing/random.js';
import { secretBearingRequest, type SecretBearingRequest } from '../testing/secret-bearing-requests.js';
import { variablesCheck } from '../variables/variables-check.js';

const schema = buildSchema(`
  scalar Arn
  scalar Cidr
  scalar AwsAccountId
  scalar SecretString
  enum Provider { AWS AZURE GCP }
  input TagInput { key: String! value: String! = "" }
  input AwsAccessKeyInput { accessKeyId: String! secretAccessKey: SecretString! }
  input AwsAssumeRoleInput { roleArn: String! }
  input CredentialsInput @oneOf { awsAccessKey: AwsAccessKeyInput awsAssumeRole: AwsAssumeRoleInput }
  input CreateCloudAccountInput {
    name: String! provider: Provider! = AWS region: String! = "us-east-1" days: Int arn: Arn cidr: Cidr
    accountId: AwsAccountId tags: [TagInput!] credentials: CredentialsInput!
  }
  input CloudAccountFilter { size: Int! = 1 name: String }
  type CloudAccount { id: ID! name: String! provider: Provider! }
  type CreateCloudAccountPayload { account: CloudAccount }
  type Query {
    cloudAccounts(first: Int! = 10, search: String, filter: CloudAccountFilter): [CloudAccount!]!
    fails(how: String!, secret: SecretString!): String
  }
  type Mutation { createCloudAccount(input: CreateCloudAccountInput!): CreateCloudAccountPayload }
`);

// Scalars that repeat their input, like scalars of other libraries.
for (const name of ['Arn', 'Cidr', 'AwsAccountId', 'SecretString']) {
  (schema.getType(name) as GraphQLScalarType).parseValue = (value) => {
    if (typeof value !== 'string' || name === 'Cidr') throw new Error(`${JSON.stringify(value)} is no ${name}`);
    return value;
  };
}

const rootValue = {
  cloudAccounts: () => [],
  createCloudAccount: () => ({ account: { id: '1', name: 'production', provider: 'AWS' } }),
  fails: ({ how, secret }: { how: string; secret: string }) => {
    if (how === 'JSON') JSON.parse(`{"secret": ${secret}`);
    if (how === 'driver') throw Object.assign(new Error(`near '${secret}'`), { code: 'ER_PARSE', sql: secret });
    if (how === 'object') throw { secret } as unknown as Error;
    throw new Error(`cannot use ${secret}`, { cause: new Error(`because of "${secret}"`) });
  },
};

/** An Apollo Server, and everything that it logs. */
async function server(options: Partial<ApolloServerOptions<object>> = {}) {
  const logged: string[] = [];
  const note = (...entries: unknown[]) => void logged.push(...entries.map((entry) => String(entry)));
  const apollo = new ApolloServer<object>({
    schema,
    rootValue,
    plugins: [variablesCheck()],
    formatError: makeFormatError({
      knownNames: () => knownNamesOf(schema),
      log: (entry) => logged.push(JSON.stringify(entry)),
      requestId: () => 'r-1',
    }),
    logger: { debug: note, info: note, warn: note, error: note },
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    introspection: true,
    ...options,
  } as ApolloServerOptions<object>);
  await apollo.start();

  const post = (body: unknown, method = 'POST', search = '') =>
    apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, search, body, headers: new HeaderMap([['content-type', 'application/json']]) },
      context: async () => ({}),
    });
  const answer = async (...request: Parameters<typeof post>) => {
    const { body, status } = await post(...request);
    if (body.kind !== 'complete') throw new Error('The answer came in chunks.');
    return { text: body.string, status: status ?? 200, errors: JSON.parse(body.string).errors ?? [] };
  };
  return { answer, logged };
}

/** Canaries of which eight consecutive characters are in the text. */
function echoed(canaries: readonly string[], text: string): string[] {
  return canaries.filter((canary) => {
    for (let start = 0; start + 8 <= canary.length; start++) {
      if (text.includes(canary.slice(start, start + 8))) return true;
    }
    return false;
  });
}

const requests = (count: number, seed: number): SecretBearingRequest[] => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => secretBearingRequest(random));
};

describe('a malformed request with a secret', () => {
  const seed = Number(process.env['NEVER_ECHO_SEED'] ?? 20261123);

  it('gets no part of it back, leaves none in the log, and is never an internal error', async () => {
    const { answer, logged } = await server();
    const refused = new Set<string>();
    const codes: Record<string, number> = {};

    for (const { kind, body, canaries } of requests(2000, seed)) {
      logged.length = 0;
      const { text, errors, status } = await answer(body);
      expect({ kind, text, echoed: echoed(canaries, text + logged.join('\n')) }).toEqual({ kind, text, echoed: [] });
      for (const { extensions } of errors) codes[extensions.code] = (codes[extensions.code] ?? 0) + 1;
      expect({ kind, status: status < 500, logged }).toEqual({ kind, status: true, logged: [] });
      if (errors.length > 0) refused.add(kind);
    }

    expect(Object.keys(codes).sort()).toEqual([
      'BAD_USER_INPUT',
      'GRAPHQL_PARSE_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
      'OPERATION_RESOLUTION_FAILURE',
    ]);
    expect(refused.size).toBeGreaterThan(100);
  }, 60_000);

  it('would get it back without our code', async () => {
    const { answer } = await server({ plugins: [], formatError: (formatted) => formatted });
    let echoes = 0;
    for (const { body, canaries } of requests(300, seed)) {
      if (echoed(canaries, (await answer(body)).text).length > 0) echoes++;
    }
    expect(echoes).toBeGreaterThan(150);
  }, 60_000);

  it.each(['JSON', 'driver', 'object', 'message'])(
    'leaves nothing in the log when the gateway fails: %s',
    async (how) => {
      const { answer, logged } = await server();
      const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
      const query = 'query ($how: String!, $secret: SecretString!) { fails(how: $how, secret: $secret) }';
      const { text, errors } = await answer({ query, variables: { how, secret } });
      expect(errors).toMatchObject([{ path: ['fails'], extensions: { code: 'INTERNAL', requestId: 'r-1' } }]);
      expect(logged).toHaveLength(1);
      expect(JSON.parse(logged[0]!)).toMatchObject({ requestId: 'r-1', path: 'fails' });
      expect(echoed([secret], text + logged.join())).toEqual([]);
    },
  );

  it.each([
    ['a body that is a secret', 'wJalrXUtnFEMI', 'POST', ''],
    ['a batch', [{ query: 'wJalrXUtnFEMI' }], 'POST', ''],
    ['a query that is no text', { query: { wJalrXUtnFEMI: 1 } }, 'POST', ''],
    ['variables that are a text', { query: '{ __typename }', variables: 'wJalrXUtnFEMI' }, 'POST', ''],
    ['variables that are a list', { query: '{ __typename }', variables: ['wJalrXUtnFEMI'] }, 'POST', ''],
    ['no query', { wJalrXUtnFEMI: 'wJalrXUtnFEMI' }, 'POST', ''],
    ['an address with bad JSON', undefined, 'GET', '?query={__typename}&variables=wJalrXUtnFEMI'],
    ['a persisted query', { extensions: { persistedQuery: { sha256Hash: 'wJalrXUtnFEMI', version: 1 } } }, 'POST', ''],
    ['another method', undefined, 'PUT', '?wJalrXUtnFEMI'],
    ['a mutation by GET', undefined, 'GET', '?query=mutation wJalrXUtnFEMI{__typename}'],
  ])('gets nothing back for %s', async (_, body, method, search) => {
    const { answer, logged } = await server();
    const { text, errors } = await answer(body, method, search);
    expect(echoed(['wJalrXUtnFEMI'], text + logged.join())).toEqual([]);
    expect(errors[0].extensions.code).toMatch(/^(BAD_REQUEST|METHOD_NOT_ALLOWED|PERSISTED_QUERY_NOT_SUPPORTED)$/);
    expect(errors[0].message).not.toBe('The request is not valid.');
  });
});

describe('an honest mistake', () => {
  const containing = ({ extensions = {}, ...others }: Record<string, any>) =>
    expect.objectContaining({ ...others, extensions: expect.objectContaining(extensions) });

  const create =
    'mutation Create($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { account { id } } }';
  const key = { accessKeyId: 'AKIA', secretAccessKey: 's' };
  const input = { name: 'a', credentials: { awsAccessKey: key } };

  it.each<[string, { query: string; variables?: object; operationName?: string }, object]>([
    [
      'a misspelt field of the schema',
      { query: '{ cloudAcounts { id } }' },
      {
        message: 'Cannot query field "…" on type "Query". Did you mean "cloudAccounts"?',
        locations: [{ line: 1, column: 3 }],
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED', requestId: 'r-1' },
      },
    ],
    [
      'a forgotten field',
      { query: create, variables: { input: { ...input, name: undefined } } },
      {
        message: 'input.name is required (String!).',
        locations: [{ line: 1, column: 17 }],
        extensions: {
          code: 'BAD_USER_INPUT',
          faults: [{ path: ['input', 'name'], message: 'input.name is required (String!).' }],
          requestId: 'r-1',
        },
      },
    ],
    [
      'a forgotten field in the document',
      { query: 'mutation { createCloudAccount(input: { name: "a" }) { account { id } } }' },
      { message: 'Field "CreateCloudAccountInput.credentials" of required type "CredentialsInput!" was not provided.' },
    ],
    [
      'a value that no enum has',
      { query: create, variables: { input: { ...input, provider: 'aws' } } },
      { message: 'input.provider must be one of AWS, AZURE, GCP.' },
    ],
    [
      'a value that no enum has, in the document',
      { query: 'mutation { createCloudAccount(input: { provider: Aws }) { account { id } } }' },
      { message: 'Value "Aws" does not exist in "Provider" enum. Did you mean the enum value "AWS"?' },
    ],
    [
      'a misspelt input field',
      { query: create, variables: { input: { ...input, nmae: 'a' } } },
      {
        message: expect.stringMatching(
          /^input has a field that CreateCloudAccountInput does not have; .* Did you mean name\?$/,
        ),
      },
    ],
    [
      'two ways to sign in',
      {
        query: create,
        variables: { input: { ...input, credentials: { awsAccessKey: key, awsAssumeRole: { roleArn: 'a' } } } },
      },
      { message: 'input.credentials must have exactly one of awsAccessKey, awsAssumeRole.' },
    ],
    [
      'a custom scalar',
      { query: create, variables: { input: { ...input, arn: 7 } } },
      { message: 'input.arn must be of type Arn.' },
    ],
    [
      'a forgotten selection',
      { query: '{ cloudAccounts }' },
      {
        message:
          'Field "cloudAccounts" of type "[CloudAccount!]!" must have a selection of subfields. Did you mean "cloudAccounts { ... }"?',
      },
    ],
    [
      'a wrong type of variable',
      { query: 'query ($first: String) { cloudAccounts(first: $first) { id } }' },
      { message: 'Variable "$first" of type "String" used in position expecting type "Int!".' },
    ],
    [
      'a brace too few',
      { query: '{ cloudAccounts { id }' },
      {
        message: 'Syntax Error: Expected Name, found <EOF>.',
        locations: [{ line: 1, column: 23 }],
        extensions: { code: 'GRAPHQL_PARSE_FAILED' },
      },
    ],
    [
      'an operation that is not there',
      { query: 'query A { __typename }', operationName: 'Other' },
      {
        message: 'The document has no operation with the name that `operationName` specifies.',
        extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
      },
    ],
    [
      'null for an argument with a default',
      { query: 'query ($first: Int = 1) { cloudAccounts(first: $first) { id } }', variables: { first: null } },
      {
        message: 'Argument "first" of non-null type "Int!" must not be null.',
        path: ['cloudAccounts'],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ],
  ])('is explained: %s', async (_, body, expected) => {
    const { answer } = await server();
    const { errors, status } = await answer(body);
    expect(errors).toContainEqual(containing(expected));
    expect(status).toBeLessThan(500);
  });
});
