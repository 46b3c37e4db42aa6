import { request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
} from 'graphql';
import { startKeyedAws } from '../support/keyed-aws.js';
import { inPlace, type GatewayProcess } from '../support/process.js';
import { createCloudAccount, globalId, hostedAccount, newAccount, sandboxKey, suffix } from '../support/steps.js';
import { operations, schema } from '../support/operations.js';
import { Random } from './random.js';
import { codesIn, inLanes, Tally, type SoakOptions, type SoakResult } from './soak.js';

/** Number of valid requests, and of mutated ones. */
const sizes = { short: 300, full: 5000 };

/** Maximum time for 99 of 100 requests, in milliseconds. In the short size, other tests run at the same time. */
const longest = { short: 30_000, full: 2000 };

/**
 * Random requests of the schema, and random changes of them: in their bytes, JSON, tokens, method, headers or encoding.
 * None may be answered with 5xx or INTERNAL, end the gateway, or stay without an answer.
 */
export async function requests({ size, seed, database, say }: SoakOptions): Promise<SoakResult> {
  const aws = await startKeyedAws(); // So that texts that look like access keys are never sent to AWS.
  try {
    return await inPlace(database, async (place) => {
      const gateway = await place.start({ AWS_SANDBOX: 'on', AWS_ENDPOINT_OVERRIDE: aws.url, LOG_LEVEL: 'warn' });
      const [random, field] = [new Random(seed), new Field(gateway, size)];
      const maker = new Maker(random);
      const plan = Array.from({ length: 2 * sizes[size] }, (_, i) => {
        const valid = toShot(maker.request());
        return i % 2 === 0 ? { kind: 'valid', ...valid } : mutated(valid, random);
      });
      await inLanes(8, plan, async (shot) => {
        await field.fire(shot);
        if (field.fired % 1000 === 0) say(`${field.fired} of ${plan.length} requests`);
      });

      const { createCloudAccount: after } = await gateway.ask(createCloudAccount, { input: newAccount('RQZZ') });
      if (!after.cloudAccount) field.violations.push('the gateway no longer takes what is right');
      const { code } = await gateway.stop();
      if (code !== 0) field.violations.push(`the gateway ended with ${code}`);
      return field.result();
    });
  } finally {
    await aws.close();
  }
}

interface GraphQLRequest {
  readonly query: string;
  readonly variables: Record<string, unknown>;
  readonly operationName?: string;
}

interface Shot {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const toShot = (request: GraphQLRequest): Shot => ({
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(request)),
});

const texts = [
  '',
  ' ',
  'Name',
  'a\u0301',
  '💥',
  '\u0000',
  '\ud800',
  '../..',
  "'; --",
  '{"a":1}',
  'x'.repeat(65),
  '%s%n',
];
const numbers = [-1, 0, 1, 2, 50, 100, 101, 2 ** 31 - 1, -(2 ** 31)];

/** Creates requests that are valid for the schema, some of them beyond the limits. */
class Maker {
  private users = 0;
  private variables: Record<string, unknown> = {};
  private declared: string[] = [];
  private fragments: string[] = [];
  private aliases = 0;

  constructor(private readonly random: Random) {}

  request(): GraphQLRequest {
    [this.variables, this.declared, this.fragments, this.aliases] = [{}, [], [], 0];
    const { kind } = this.random.pick(operations);
    const roots = operations.filter((operation) => operation.kind === kind);
    const fields = Array.from({ length: this.oneIn(4) ? 2 : 1 }, () => {
      const { field } = this.random.pick(roots);
      return `f${this.aliases++}: ${field.name}${this.argumentsOf(field.args)} ${this.selection(getNamedType(field.type), 4)}`;
    });
    const declared = this.declared.length > 0 ? ` (${this.declared.join(', ')})` : '';
    const operationName = this.oneIn(3) ? 'Op' : undefined;
    return {
      query: [`${kind} ${operationName ?? ''}${declared} { ${fields.join(' ')} }`, ...this.fragments].join(' '),
      variables: this.variables,
      ...(operationName && { operationName }),
    };
  }

  private selection(type: GraphQLNamedType, depth: number): string {
    if (!isCompositeType(type)) return '';
    if (!isObjectType(type)) {
      const on = this.random.pick(schema.getPossibleTypes(type));
      const code = isInterfaceType(type) && 'code' in type.getFields() ? 'code' : '';
      return `{ __typename ${code} ... on ${on.name} ${this.selection(on, depth)} }`;
    }
    const chosen = Object.values(type.getFields()).filter(
      ({ name, type }) =>
        name === 'code' ||
        name === 'userErrors' ||
        (this.oneIn(2) && (depth > 0 || !isCompositeType(getNamedType(type)))),
    );
    const fields = chosen.map((field) => {
      const hasArguments = field.args.length > 0;
      const alias = hasArguments || this.oneIn(20) ? `f${this.aliases++}: ` : '';
      const directive = this.oneIn(30) ? ` @${this.random.pick(['include', 'skip'])}(if: ${this.oneIn(2)})` : '';
      return `${alias}${field.name}${this.argumentsOf(field.args)}${directive} ${this.selection(getNamedType(field.type), depth - 1)}`;
    });
    if (!this.oneIn(15)) return `{ __typename ${fields.join(' ')} }`;
    const name = `F${this.fragments.length}`;
    this.fragments.push(`fragment ${name} on ${type.name} { __typename ${fields.join(' ')} }`);
    return `{ ...${name} }`;
  }

  private argumentsOf(args: readonly GraphQLArgument[]): string {
    const given = args.filter(({ type, defaultValue }) => this.isGiven(type, defaultValue));
    const written = given.map(({ name, type }) => {
      const variable = `${name}${this.declared.length}`;
      this.declared.push(`$${variable}: ${String(type)}`);
      this.variables[variable] = this.value(name, type);
      return `${name}: $${variable}`;
    });
    return written.length > 0 ? `(${written.join(', ')})` : '';
  }

  private isGiven(type: GraphQLInputType, defaultValue: unknown): boolean {
    return (isNonNullType(type) && defaultValue === undefined) || this.oneIn(3);
  }

  private value(name: string, type: GraphQLInputType): unknown {
    if (isNonNullType(type)) return this.value(name, type.ofType);
    if (isListType(type)) return Array.from({ length: this.random.below(4) }, () => this.value(name, type.ofType));
    if (name === 'credentials' && this.oneIn(2)) return sandboxKey('WORKS', this.nextUser());
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const given = type.isOneOf
        ? [this.random.pick(fields)]
        : fields.filter((field) => this.isGiven(field.type, field.defaultValue));
      return Object.fromEntries(given.map((field) => [field.name, this.value(field.name, field.type)]));
    }
    if (isEnumType(type)) return this.random.pick(type.getValues()).name;
    switch (type.name) {
      case 'Boolean':
        return this.oneIn(2);
      case 'Int':
        return this.random.pick(numbers);
      case 'Float':
        return this.random.fraction() * 1e6;
      default:
        return this.text(name);
    }
  }

  private text(name: string): string {
    if (this.oneIn(4)) return this.random.pick(texts);
    const anyAccount = () => globalId('CloudAccount', 1001 + this.random.below(20));
    const anySubscription = () => globalId('CloudSubscription', 1 + this.random.below(20));
    const likely: Record<string, () => string> = {
      region: () => this.random.pick(['us-east-1', 'eu-west-1', 'cn-north-1', 'mars-1']),
      consoleRoleName: () => this.random.pick(['console-role', 'second-console-role', 'no-role']),
      cloudAccountId: () => this.random.pick([hostedAccount, anyAccount()]),
      name: () => `Name ${this.random.below(500)}`,
    };
    return (likely[name] ?? (() => this.random.pick([hostedAccount, anyAccount(), anySubscription()])))();
  }

  private nextUser = () => suffix(this.users % 1296, Math.floor(this.users++ / 1296));

  private oneIn(n: number): boolean {
    return this.random.below(n) === 0;
  }
}

type Mutation = (shot: Shot, random: Random) => Partial<Shot>;

const withBody =
  (change: (body: Buffer, random: Random) => Buffer): Mutation =>
  (shot, random) => ({
    body: change(shot.body, random),
  });

/** Applies `change` to one value of the JSON. */
const withJson =
  (change: (value: any, random: Random) => unknown): Mutation =>
  (shot, random) => {
    const json = { root: JSON.parse(shot.body.toString()) };
    const places: [holder: any, key: string][] = [];
    const look = (holder: any) => {
      for (const key of Object.keys(holder)) {
        places.push([holder, key]);
        if (typeof holder[key] === 'object' && holder[key] !== null) look(holder[key]);
      }
    };
    look(json);
    const [holder, key] = random.pick(places);
    holder[key] = change(holder[key], random);
    return { body: Buffer.from(JSON.stringify(json.root) ?? '') };
  };

/** Applies `change` to the tokens of the document. */
const withTokens =
  (change: (tokens: string[], at: number, random: Random) => unknown): Mutation =>
  (shot, random) => {
    const request = JSON.parse(shot.body.toString());
    const tokens: string[] = request.query.match(/[$@]?\w+|\.\.\.|[^\s\w]/g);
    change(tokens, random.below(tokens.length), random);
    return { body: Buffer.from(JSON.stringify({ ...request, query: tokens.join(' ') })) };
  };

const withHeader =
  (name: string, ...values: string[]): Mutation =>
  (shot, random) => ({
    headers: { ...shot.headers, [name]: random.pick(values) },
  });

const odd = [null, true, -1, 1e308, '', 'text', [], {}, [[]], { a: { b: [] } }, '__proto__', 'x'.repeat(5000)];
const words = ['{', '}', '(', ')', '[', ']', '!', '$x', '@skip', '...', 'on', 'fragment', 'null', '"""', '"', '\\', '#', '\u0000', '9'.repeat(40), '1e999']; // prettier-ignore

const mutations: Record<string, Mutation> = {
  'a byte flipped': withBody((body, random) => {
    const copy = Buffer.from(body);
    for (let i = 0; i <= random.below(4); i++) copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  }),
  'bytes put in': withBody((body, random) => {
    const at = random.below(body.length);
    const bytes = Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256)));
    return Buffer.concat([body.subarray(0, at), bytes, body.subarray(at)]);
  }),
  'bytes left out': withBody((body, random) => {
    const at = random.below(body.length);
    return Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + random.below(8))]);
  }),
  'cut off': withBody((body, random) => body.subarray(0, random.below(body.length))),
  'sent twice over': withBody((body) => Buffer.concat([body, body])),
  'a list of itself': withBody((body, random) =>
    Buffer.from(
      `[${Array(1 + random.below(3))
        .fill(body.toString())
        .join()}]`,
    ),
  ),
  'a value of another type': withJson((_, random) => random.pick(odd)),
  'a value in a list': withJson((value) => [value, value]),
  'a value in an object': withJson((value, random) => ({
    [random.pick(['__proto__', 'constructor', 'id', ''])]: value,
  })),
  'a value left out': withJson(() => undefined),
  'a token left out': withTokens((tokens, at) => tokens.splice(at, 1)),
  'a token twice': withTokens((tokens, at) => tokens.splice(at, 0, tokens[at]!)),
  'a token of another place': withTokens((tokens, at, random) => (tokens[at] = random.pick(tokens))),
  'a token from elsewhere': withTokens((tokens, at, random) => (tokens[at] = random.pick(words))),
  'two tokens changed about': withTokens((tokens, at, random) => {
    const other = random.below(tokens.length);
    [tokens[at], tokens[other]] = [tokens[other]!, tokens[at]!];
  }),
  'another method': (_, random) => ({
    method: random.pick(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY']),
  }),
  'a query by GET': ({ body }, random) => {
    const { query, variables } = JSON.parse(body.toString());
    const search = new URLSearchParams({ query, variables: JSON.stringify(variables) }).toString();
    const text = random.below(2) === 0 ? search : search.slice(0, random.below(search.length));
    return {
      method: 'GET',
      path: `/graphql?${text}`,
      headers: { 'apollo-require-preflight': '1' },
      body: Buffer.alloc(0),
    };
  },
  'another path': (_, random) => ({
    path: random.pick(['/', '/graphql/', '//graphql', '/graphql//', '/graphql/x', '/graphql%2f', '/graphql?', '/graphql?query', '/%', '/%00', '/livez', '/readyz', '/*', '/graphql;a=b', '/graphql#x', `/${'a/'.repeat(2000)}`]), // prettier-ignore
  }),
  'another content type': withHeader('content-type', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/json; charset=utf-16', 'application/json; charset=', 'application/jsonx', 'json', '', ';', 'application/graphql+json', 'a'.repeat(5000)), // prettier-ignore
  'another accept': withHeader('accept', 'text/html', 'application/graphql-response+json', 'application/json', '*/*;q=0', 'multipart/mixed', 'text/event-stream', ';;;', 'application/json;q=x', ','.repeat(2000)), // prettier-ignore
  'another key': withHeader('authorization', '', 'Bearer', 'Bearer x', 'Basic eDp4', `Bearer gwk_live_${'A'.repeat(44)}`, `Bearer ${'x'.repeat(4000)}`, 'Bearer é'), // prettier-ignore
  'another encoding': withHeader('content-encoding', 'gzip', 'br', 'deflate', 'identity', 'x'.repeat(100)),
  'headers of a proxy': (shot, random) => ({
    headers: {
      ...shot.headers,
      ...random.pick<Record<string, string>>([{ 'x-forwarded-for': '1.2.3.4, x' }, { host: 'evil.example' }, { host: '' }, { 'x-http-method-override': 'DELETE' }, { expect: '100-continue' }, { 'if-none-match': '*' }, { range: 'bytes=0-1' }, { upgrade: 'websocket', connection: 'upgrade' }, { upgrade: 'h2c', connection: 'upgrade' }, { 'transfer-encoding': 'chunked' }, { connection: 'close' }, { origin: 'null' }]), // prettier-ignore
    },
  }),
  gzip: ({ body, headers }) => ({ body: gzipSync(body), headers: { ...headers, 'content-encoding': 'gzip' } }),
  'UTF-16': withBody((body) => Buffer.from(body.toString(), 'utf16le')),
  'Latin-1': withBody((body) => Buffer.from(`${body.toString()}é`, 'latin1')),
  'a byte-order mark': withBody((body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), body])),
};

function mutated(shot: Shot, random: Random): Shot & { kind: string } {
  const kind = random.pick(Object.keys(mutations));
  return { ...shot, ...mutations[kind]!(shot, random), kind };
}

class Field {
  fired = 0;
  readonly violations: string[] = [];
  private readonly outcomes = new Tally();
  private readonly took: number[] = [];
  private serverErrors = 0;

  constructor(
    private readonly gateway: GatewayProcess,
    private readonly size: SoakOptions['size'],
  ) {}

  async fire(shot: Shot & { kind: string }): Promise<void> {
    const started = performance.now();
    const { status, text } = await this.send(shot);
    this.took.push(performance.now() - started);
    this.fired++;
    const codes = codesIn(text);
    const code = codes[0] ?? 'ok';
    this.outcomes.add(`${shot.kind === 'valid' ? 'valid' : 'mutated'} ${status} ${code}`);
    const isFault = status >= 500 || codes.some((code) => /^INTERNAL|^DATABASE_/.test(code));
    if (isFault) this.serverErrors++;
    if (isFault || status === 0)
      this.violations.push(`${shot.kind}: ${status} ${code} ${shot.method} ${shot.path.slice(0, 60)} ${shot.body.toString().slice(0, 2000)}`); // prettier-ignore
  }

  /** Sends with Node's client what `fetch` would not. Status 0: no response. */
  private send({ method, path, headers, body }: Shot): Promise<{ status: number; text: string }> {
    const { hostname, port } = new URL(this.gateway.url);
    return new Promise((resolve) => {
      const all = { authorization: `Bearer ${this.gateway.key}`, 'content-length': String(body.length), ...headers };
      if ('transfer-encoding' in all) delete (all as Record<string, string>)['content-length'];
      const lost = () => resolve({ status: 0, text: '' });
      const call = httpRequest({ hostname, port, method, path, headers: latin1(all), agent: false, timeout: 20_000 });
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode!, text: Buffer.concat(chunks).toString() }));
        response.on('error', lost);
      });
      call.on('timeout', () => call.destroy()).on('error', lost);
      call.end(body);
    });
  }

  result(): SoakResult {
    const faulty = this.gateway.output.split('\n').filter((line) => /^{"level":"(error|fatal)"/.test(line));
    for (const line of faulty.slice(0, 5)) this.violations.push(line);
    this.took.sort((a, b) => a - b);
    const p99 = Math.round(this.took[Math.floor(this.took.length * 0.99)]!);
    if (p99 > longest[this.size]) this.violations.push(`99 of 100 requests took up to ${p99} ms`);
    const figures = {
      requests: this.fired,
      'answers with 5xx or INTERNAL': this.serverErrors,
      'faults in the log': faulty.length,
      'ms within which 99 of 100 were answered': p99,
      ...this.outcomes.all,
    };
    return { figures, violations: this.violations };
  }
}

/** Header values are sent as Latin-1. */
const latin1 = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('latin1')]));
