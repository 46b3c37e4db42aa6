import { createCloudAccount, newAccount, updateCloudAccount } from '../support/steps.js';
import type { Random } from './random.js';

/** A malformed request with a secret. */
export interface Shot {
  readonly body?: string | Buffer;
  readonly method?: string;
  /** Path after the URL of the gateway. */
  readonly path?: string;
  readonly headers?: Record<string, string>;
}

/** Parts of a shot. */
export interface Ammunition {
  readonly random: Random;
  /** 40 characters that look like a secret access key. */
  readonly canary: string;
  /** 40 letters: a secret in a place for a name. */
  readonly name: string;
  readonly accountId: string;
}

type Json = Record<string, any>;

const graphql = (query: unknown, variables?: unknown, rest: object = {}): Shot => ({
  body: JSON.stringify({ query, variables, ...rest }),
});

const key = (canary: string, family = 'WORKS') => ({
  awsAccessKey: { accessKeyId: `AKIASANDBOX${family}FZ01`, secretAccessKey: canary },
});

/** A creation, or a change of credentials: well-formed except for the wrong secret. */
function wellFormed({ random, canary, accountId }: Ammunition): { query: string; input: Json } {
  return random.below(2) === 0
    ? { query: createCloudAccount, input: newAccount('FZ01', { credentials: key(canary) }) }
    : { query: updateCloudAccount, input: { id: accountId, expectedVersion: 1, credentials: key(canary) } };
}

/** Every object in the input, including the input itself. */
const objectsIn = (input: Json): Json[] => [
  input,
  ...Object.values(input).flatMap((value) => (typeof value === 'object' && value ? objectsIn(value) : [])),
];

/** Applies `change` to one object of a well-formed input. */
const altered = (ammunition: Ammunition, change: (object: Json, field: string) => void): Shot => {
  const { query, input } = wellFormed(ammunition);
  const object = ammunition.random.pick(objectsIn(input));
  change(object, ammunition.random.pick(Object.keys(object)));
  return graphql(query, { input });
};

const inDocument = (fields: string) =>
  graphql(`mutation { createCloudAccount(input: { ${fields} }) { userErrors { code } } }`);

const literal = (canary: string) =>
  `name: "F", consoleRoleName: "console-role", credentials: { awsAccessKey: { accessKeyId: "AKIASANDBOXWORKSFZ01", secretAccessKey: ${canary} } }`;

const contentTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/graphql',
  'application/xml',
  'application/json; charset=utf-16',
  'application/json; charset=no-such',
  'nonsense',
];

const families = ['WORKS', 'WRONG', 'THROT', 'NROLE', 'NLOOK', 'ROOTS', 'HANGS', 'NOSUC'];

/** Kinds of malformed requests with a secret. */
export const shots: Record<string, (ammunition: Ammunition) => Shot> = {
  'a field is missing': (a) => altered(a, (object, field) => delete object[field]),
  'a field is null': (a) => altered(a, (object, field) => (object[field] = null)),
  'a value has the wrong type': (a) =>
    altered(a, (object, field) => {
      const value = object[field];
      object[field] = a.random.pick([
        [value],
        { value },
        42,
        true,
        [[value, value]],
        { [a.canary]: value },
        Number.MAX_VALUE,
      ]);
    }),
  'the secret is of the wrong type': (a) => {
    const { query, input } = wellFormed(a);
    const secret = a.random.pick<unknown>([
      [a.canary],
      { text: a.canary },
      { [a.canary]: 1 },
      [a.canary, a.canary],
      [[[a.canary]]],
    ]);
    return graphql(query, {
      input: {
        ...input,
        credentials: { awsAccessKey: { accessKeyId: 'AKIASANDBOXWORKSFZ01', secretAccessKey: secret } },
      },
    });
  },
  'the secret is the name of a field': (a) =>
    altered(a, (object) => (object[a.random.pick([a.canary, a.name])] = a.canary)),
  'the secret stands in another field': (a) => altered(a, (object, field) => (object[field] = a.canary)),
  'the secret is an enum value': (a) => {
    const { query, input } = wellFormed(a);
    return graphql(query, { input: { ...input, provider: a.random.pick([a.canary, a.name]) } });
  },
  'the secret has spaces, is cut or too long': ({ random, canary }) => {
    const broken = random.pick([
      ` ${canary}`,
      `${canary}\n`,
      canary.slice(1),
      canary + canary,
      `"${canary}"`,
      `${canary}\0`,
      `${canary}é`,
    ]);
    return graphql(createCloudAccount, { input: newAccount('FZ01', { credentials: key(broken) }) });
  },
  'the credentials are none, or two': ({ random, canary, name }) => {
    const credentials = random.pick<unknown>([
      {},
      { awsAccessKey: null },
      { ...key(canary), [name]: canary },
      { [canary]: canary },
      [key(canary), key(canary)],
      canary,
      null,
    ]);
    return graphql(createCloudAccount, { input: newAccount('FZ01', { credentials, note: canary }) });
  },
  'AWS refuses the key': ({ random, canary }) =>
    graphql(createCloudAccount, { input: newAccount('FZ01', { credentials: key(canary, random.pick(families)) }) }),
  'a real-looking key is refused': ({ random, canary }) => {
    const accessKeyId = random.pick(['AKIAIOSFODNN7VENDORS', 'AKIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7VENDORS', 'AKIA']);
    return graphql(createCloudAccount, {
      input: newAccount('FZ01', { credentials: { awsAccessKey: { accessKeyId, secretAccessKey: canary } } }),
    });
  },
  'it is written into the document': ({ random, canary, name }) =>
    inDocument(
      random.pick([
        literal(`"${canary}"`),
        literal(`"""${canary}"""`),
        literal(`"${canary}"`).replace('name: "F",', ''),
        literal(`["${canary}"]`),
        literal(`{ text: "${canary}" }`),
        literal(name),
        literal(`$${name}`),
        `${literal(`"${canary}"`)}, ${name}: 1`,
        `${literal(`"${canary}"`)}, provider: ${name}`,
        `${literal(`"${canary}"`)}, region: "${canary}"`,
      ]),
    ),
  'the document breaks at it': ({ random, canary, name }) =>
    inDocument(
      random.pick([
        literal(canary),
        literal(`"${canary}`),
        literal(`"\\x${canary}"`),
        literal(`"""${canary}`),
        literal(`'${canary}'`),
        literal(`${name} ${name}`),
        literal(`"\\u${canary}"`),
        literal(`<${canary}>`),
      ]),
    ),
  'it is a name in the document': ({ random, name }) =>
    graphql(
      random.pick([
        `{ ${name} }`,
        `{ ${name}: __typename @${name} }`,
        `query ($${name}: String!) { __typename }`,
        `query ($x: ${name}!) { __typename }`,
        `{ ...${name} }`,
        `{ __typename ... on ${name} { id } }`,
        `fragment ${name} on Query { __typename } { __typename }`,
        `{ cloudAccounts(first: 1, ${name}: 1) { nodes { id } } }`,
        `{ cloudAccounts(first: ${name}) { nodes { id } } }`,
        `query ${name} { __typename } query ${name} { __typename }`,
        `${name} { __typename }`,
        `subscription ${name} { __typename }`,
      ]),
    ),
  'it names the operation or the variables': (a) => {
    const { query, input } = wellFormed(a);
    return a.random.pick([
      graphql(query, { input }, { operationName: a.canary }),
      graphql(query, { input }, { operationName: { [a.canary]: a.canary } }),
      graphql(query, { [a.canary]: input }),
      graphql(query, a.canary),
      graphql(query, [a.canary]),
      graphql([query, a.canary], { input }),
      graphql(a.canary, { input }),
      graphql(undefined, { input }, { [a.canary]: query }),
      graphql(query, { input }, { extensions: a.canary }),
      graphql(query, { input }, { extensions: { persistedQuery: { version: 1, sha256Hash: a.canary } } }),
      { body: JSON.stringify([{ query, variables: { input } }]) },
      { body: JSON.stringify(a.canary) },
      { body: 'null' + a.canary },
    ]);
  },
  'the JSON is broken': (a) => {
    const { query, input } = wellFormed(a);
    const text = JSON.stringify({ variables: { input }, query });
    const at = text.indexOf(a.canary);
    return {
      body: a.random.pick([
        text.slice(0, at + a.random.below(60)),
        `${text}${a.canary}`,
        text.replace(`"${a.canary}"`, a.canary),
        text.replace(`"${a.canary}"`, `'${a.canary}'`),
        text.replace(a.canary, `${a.canary}\n`),
        text.replace(a.canary, `\\q${a.canary}`),
        text.replace(/}$/, ',}'),
        `\ufeff${text}`,
        Buffer.from(text, 'utf16le'),
        Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xff, 0xfe]), Buffer.from(text.slice(at))]),
        text.replace('"input"', '"__proto__"'),
      ]),
    };
  },
  'it is huge': (a) => {
    const { query, input } = wellFormed(a);
    const times = a.random.pick([1_000, 5_000, 20_000]);
    return a.random.pick([
      graphql(query, { input: { ...input, credentials: key(a.canary.repeat(times)) } }),
      graphql(query, { input: { ...input, name: a.canary.repeat(times) } }),
      graphql(query, { input }, { padding: ' '.repeat(300_000) }),
      graphql(`{ ${'a { '.repeat(times)} ${a.name}`, { input }),
      graphql(query, JSON.parse(`${'{"a":'.repeat(900)}${JSON.stringify(a.canary)}${'}'.repeat(900)}`)),
    ]);
  },
  'the content type is another': (a) => {
    const { query, input } = wellFormed(a);
    return { ...graphql(query, { input }), headers: { 'content-type': a.random.pick(contentTypes) } };
  },
  'the headers hold it': (a) => {
    const { query, input } = wellFormed(a);
    const headers = a.random.pick<Record<string, string>>([
      { authorization: `Bearer ${a.canary}` },
      { authorization: a.canary },
      { authorization: `Bearer gwk_live_${a.name}ABCD` },
      { authorization: `Basic ${Buffer.from(`x:${a.canary}`).toString('base64')}` },
      { 'x-request-id': a.canary },
      { 'content-type': `application/json; charset=${a.name}` },
      { 'content-encoding': a.canary },
      { 'idempotency-key': a.canary },
      { accept: a.canary },
      { cookie: `key=${a.canary}` },
      { origin: `https://${a.name}.example` },
    ]);
    return { ...graphql(query, { input }), headers };
  },
  'it is in the address': (a) => {
    const { query, input } = wellFormed(a);
    const search = new URLSearchParams({ query, variables: JSON.stringify({ input }) });
    return a.random.pick<Shot>([
      { method: 'GET', path: `/graphql?${search.toString()}` },
      { method: 'GET', path: `/graphql?query={${a.name}}`, headers: { 'apollo-require-preflight': '1' } },
      { method: 'GET', path: `/${a.name}` },
      { method: 'GET', path: `/%zz${a.canary}` },
      { method: 'PUT', path: '/graphql', ...graphql(query, { input }) },
      { method: 'DELETE', path: `/graphql/${encodeURIComponent(a.canary)}` },
      { path: `/graphql/${a.name}`, ...graphql(query, { input }) },
      { path: `/graphql?${encodeURIComponent(a.canary)}=1`, ...graphql(query, { input }) },
    ]);
  },
};
