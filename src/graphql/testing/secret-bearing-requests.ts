import { type Random } from './random.js';

/** A malformed request, and the spellings of the secret in it. */
export interface SecretBearingRequest {
  readonly kind: string;
  readonly body: { query: string; variables?: Record<string, any>; operationName?: string };
  readonly canaries: readonly string[];
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const mutation =
  'mutation Create($input: CreateCloudAccountInput!) { createCloudAccount(input: $input) { account { id name } } }';

/** Malformed requests with a secret in variables or in the document. */
export function secretBearingRequest(random: Random): SecretBearingRequest {
  const secret = random.text(40, random.pick([letters, `${letters}/+`, `${letters}/+/+/+`, letters.slice(0, 26)]));
  const name = `k${secret.replace(/\W/g, '_')}`;
  const digits = random.pick(['1', '9']) + random.text(17, '0123456789');
  const values = { secret, name, digits, pieces: secret.split('/'), key: random.pick([name, secret]) };
  const request = random.next() < 0.45 ? inVariables(values, random) : inDocument(values, random);
  return { ...request, canaries: [secret, name, digits, ...values.pieces] };
}

interface Values {
  readonly secret: string;
  readonly name: string;
  readonly digits: string;
  readonly pieces: readonly string[];
  readonly key: string;
}

type Node = Record<string, any>;

function inVariables(values: Values, random: Random): Omit<SecretBearingRequest, 'canaries'> {
  const input: Node = {
    name: 'production',
    provider: 'AWS',
    tags: [{ key: 'team', value: 'a' }],
    credentials: { awsAccessKey: { accessKeyId: 'AKIA', secretAccessKey: values.secret } },
  };
  const variables: Node = { input };
  const kinds = Array.from({ length: 1 + random.below(3) }, () => {
    const [kind, change] = random.pick(changes);
    change(random.pick(nodesIn(variables)), values, random);
    return kind;
  });
  return { kind: `variables: ${kinds.join(', ')}`, body: { query: mutation, variables } };
}

function nodesIn(node: Node): Node[] {
  const children = Object.values(node).filter((child) => child !== null && typeof child === 'object');
  return [node, ...children.flatMap(nodesIn)];
}

const keyOf = (node: Node, random: Random) => random.pick([...Object.keys(node), 'provider', 'region']);

const changes: readonly (readonly [string, (node: Node, values: Values, random: Random) => void])[] = [
  ['a field is missing', (node, _, random) => delete node[keyOf(node, random)]],
  ['a field is null', (node, _, random) => (node[keyOf(node, random)] = null)],
  ['a number', (node, { digits }, random) => (node[keyOf(node, random)] = Number(digits))],
  ['a boolean', (node, _, random) => (node[keyOf(node, random)] = true)],
  ['a list', (node, { secret, pieces }, random) => (node[keyOf(node, random)] = [secret, [secret], ...pieces])],
  ['an object', (node, { secret }, random) => (node[keyOf(node, random)] = { value: secret, nested: { secret } })],
  ['the secret', (node, { secret }, random) => (node[keyOf(node, random)] = secret)],
  ['a huge text', (node, { secret }, random) => (node[keyOf(node, random)] = secret.repeat(500))],
  ['the secret as a key', (node, { key, secret }) => (node[key] = secret)],
  ['many secrets as keys', (node, { key }) => Array.from({ length: 30 }, (_, i) => (node[`${key}${i}`] = key))],
  ['pieces as keys', (node, { pieces }) => pieces.forEach((piece) => (node[piece] = piece))],
  ['a misspelt key', (node, { secret }) => (node['secretAccesKey'] = secret)],
  ['two of a @oneOf', (node, { secret }) => (node['awsAssumeRole'] = { roleArn: secret })],
  ['a key of the prototype', (node, { secret }, random) => (node[random.pick(['constructor', 'toString'])] = secret)],
  ['many wrong items', (node, { secret }) => (node['tags'] = Array.from({ length: 40 }, () => ({ [secret]: secret })))],
  ['a bad scalar', (node, { secret }, random) => (node[random.pick(['arn', 'cidr', 'accountId'])] = secret)],
];

function inDocument(values: Values, random: Random): Omit<SecretBearingRequest, 'canaries'> {
  const template = random.pick(documents);
  const query = template
    .replaceAll('SECRET', values.secret)
    .replaceAll('NAME', values.name)
    .replaceAll('DIGITS', values.digits)
    .replaceAll('PIECE', values.pieces.find((piece) => piece.length > 7) ?? values.name)
    .replaceAll('HUGE', `${values.secret}\\n`.repeat(random.below(200)));
  const variables = random.pick([undefined, { NAME: 1 }, { [values.name]: values.secret }, { id: null, n: null }]);
  const operationName = random.pick([undefined, undefined, undefined, values.name, 'Create']);
  return {
    kind: template,
    body: { query, ...(variables && { variables }), ...(operationName && { operationName }) },
  };
}

const credentials = 'credentials: { awsAccessKey: { accessKeyId: "AKIA", secretAccessKey: "SECRET" } }';
const create = (input: string) => `mutation Create { createCloudAccount(input: ${input}) { account { id name } } }`;

const documents: readonly string[] = [
  // Values
  create(`{ ${credentials} }`),
  create(`{ name: 1, ${credentials} }`),
  create(`{ name: "a", provider: "SECRET", ${credentials} }`),
  create(`{ name: "a", provider: NAME, ${credentials} }`),
  create(`{ name: NAME, ${credentials} }`),
  create(`{ name: DIGITS, ${credentials} }`),
  create(`{ name: "a", days: DIGITS, ${credentials} }`),
  create(`{ name: "a", days: "SECRET", ${credentials} }`),
  create(`{ name: "a", days: 1.DIGITS, ${credentials} }`),
  create(`{ name: "a", NAME: 1, ${credentials} }`),
  create(`{ name: "a", "SECRET": 1, ${credentials} }`),
  create(`{ name: "a", tags: "SECRET", ${credentials} }`),
  create(`{ name: "a", tags: [{ key: "SECRET" }, "SECRET", NAME], ${credentials} }`),
  create(`{ name: "a", arn: "SECRET", ${credentials} }`),
  create(`{ name: "a", cidr: "SECRET", ${credentials} }`),
  create(`{ name: "a", accountId: NAME, ${credentials} }`),
  create(`{ name: "a", name: "SECRET", ${credentials} }`),
  create('{ name: "a", credentials: { awsAccessKey: { accessKeyId: "AKIA", secretAccessKey: SECRET } } }'),
  create('{ name: "a", credentials: { awsAccessKey: { accessKeyId: "AKIA", secretAccessKey: NAME } } }'),
  create('{ name: "a", credentials: { awsAccessKey: { accessKeyId: "AKIA", secretAccessKey: PIECE } } }'),
  create('{ name: "a", credentials: { awsAccessKey: { accessKeyId: "AKIA", secretAccessKey: 0SECRET } } }'),
  create('{ name: "a", credentials: { awsAccessKey: { accessKeyId: "AKIA", secretAccessKey: ["SECRET"] } } }'),
  create('{ name: "a", credentials: { awsAccessKey: { accessKeyId: "AKIA", secretAccessKey: { a: "SECRET" } } } }'),
  create('{ name: "a", credentials: { awsAccessKey: { secretAccessKey: "SECRET" } } }'),
  create('{ name: "a", credentials: { awsAccessKey: "SECRET" } }'),
  create('{ name: "a", credentials: { awsAccessKey: { NAME: "SECRET" } } }'),
  create('{ name: "a", credentials: { awsAccessKey: null, awsAssumeRole: { roleArn: "SECRET" } } }'),
  create('{ name: "a", credentials: { awsAssumeRole: null } }'),
  create('{ name: "a", credentials: "SECRET" }'),
  create('"SECRET"'),
  create('["SECRET", NAME]'),
  create('"""\nSECRET\nHUGE"""'),
  create('"HUGE"'),
  create('$NAME'),
  create('$SECRET'),
  // Variables
  `mutation Create($NAME: CreateCloudAccountInput!) { createCloudAccount(input: $NAME) { account { id } } }`,
  `mutation Create($NAME: String) { createCloudAccount(input: $NAME) { account { id } } }`,
  `mutation Create($NAME: NAME!) { createCloudAccount(input: $NAME) { account { id } } }`,
  `mutation Create($NAME: CloudAccount) { createCloudAccount(input: $NAME) { account { id } } }`,
  `mutation Create($NAME: String) { createCloudAccount { account { id } } }`,
  `mutation Create($NAME: Int, $NAME: Int) { createCloudAccount(input: {}) { account { id } } }`,
  `mutation Create($input: CreateCloudAccountInput = { name: "SECRET" }) { createCloudAccount(input: $input) { account { id } } }`,
  `mutation Create($input: CreateCloudAccountInput = "SECRET") { createCloudAccount(input: $input) { account { id } } }`,
  `mutation Create($input: CreateCloudAccountInput = $NAME) { createCloudAccount(input: $input) { account { id } } }`,
  `query ($n: Int = 5) { cloudAccounts(first: $n, search: "SECRET") { id } }`,
  `query ($n: Int = 5) { cloudAccounts(filter: { size: $n, name: "SECRET" }) { id } }`,
  `query ($b: Boolean = true) { cloudAccounts(search: "SECRET") @include(if: $b) { id } }`,
  `mutation Create($i: CreateCloudAccountInput!) { createCloudAccount(input: $i) { NAME } }`,
  // Names
  `mutation NAME { createCloudAccount(input: {}) { account { id } } }`,
  `mutation NAME { createCloudAccount(input: {}) { account { id } } } mutation NAME { __typename }`,
  `mutation NAME { __typename } query Other { __typename }`,
  `mutation SECRET { createCloudAccount { account { id } } }`,
  `query NAME { NAME }`,
  `query NAME { cloudAccounts { NAME } }`,
  `query NAME { cloudAccounts { id { NAME } } }`,
  `query NAME { cloudAccounts(NAME: "SECRET") { id } }`,
  `query NAME { cloudAccounts(first: 1, first: 2, NAME: 1, NAME: 2) { id } }`,
  `query NAME { cloudAccounts }`,
  `query NAME { cloudAccounts @NAME { id @skip(if: "SECRET") @include(NAME: 1) @skip } }`,
  `query NAME @deprecated(reason: "SECRET") { cloudAccounts { id @skip(if: true) @skip(if: true) } }`,
  `query NAME { ...NAME }`,
  `query NAME { ...NAME } fragment NAME on Query { ...NAME }`,
  `query NAME { ...NAME } fragment NAME on Query { ...xNAME } fragment xNAME on Query { ...NAME }`,
  `query NAME { __typename } fragment NAME on NAME { id }`,
  `query NAME { ...NAME } fragment NAME on Provider { id } fragment NAME on CloudAccount { id }`,
  `query NAME { ... on NAME { id } ... on String { id } ... on CloudAccount { id } }`,
  `query NAME { NAME: cloudAccounts { id } NAME: __typename }`,
  `query NAME { cloudAccounts { NAME: id } cloudAccounts { NAME: name } }`,
  `query NAME { cloudAccounts(search: "SECRET") { id } cloudAccounts(search: "SECRETx") { id } }`,
  `subscription NAME { NAME }`,
  `subscription NAME { __typename NAME: __typename }`,
  `type NAME { NAME: NAME } query NAME { x }`,
  `query NAME { ...x } type NAMEx { id: ID } fragment x on NAME { id }`,
  `extend type NAME @NAME { id: ID }`,
  `schema @NAME { query: NAME }`,
  // Syntax
  create('{ name: "SECRET }'),
  create('{ name: """SECRET }'),
  create("{ name: 'SECRET' }"),
  create('{ name: "a" "SECRET" }'),
  create('{ name: "\\uSECRET" }'),
  create('{ name: "\\SECRET" }'),
  create('{ name: "\\u{SECRET}" }'),
  create('{ name: "SECRET\n" }'),
  create('{ name: %SECRET }'),
  create('{ name: 00DIGITS }'),
  create('{ name: DIGITS.SECRET }'),
  create('{ name = "SECRET" }'),
  create('{ name: # SECRET'),
  create('{ name: } # SECRET'),
  'SECRET',
  '"SECRET"',
  '"""SECRET""" { __typename }',
  '"SECRET" query { __typename }',
  '{ "SECRET" }',
  '{ SECRET }',
  'NAME { __typename }',
  'query NAME(SECRET) { __typename }',
  'query NAME($SECRET: Int) { __typename }',
  'query { cloudAccounts(first: SECRET) { id } }',
  'query { cloudAccounts(search: "a", "SECRET") { id } }',
  'enum true { NAME } enum NAME { true }',
  'fragment on on SECRET { id }',
  `${'{ a '.repeat(300)} SECRET`,
  `{ ${'a '.repeat(3000)} NAME }`,
];
