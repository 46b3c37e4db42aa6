import { sandboxConsoleRole } from '@cloud-account-gateway/aws-sandbox';
import { getNamedType, isEnumType, isInputObjectType, isListType, isNonNullType, type GraphQLInputType } from 'graphql';
import mysql from 'mysql2/promise';
import { cliAnswer } from '../support/cli.js';
import { documentOf, operations, type Operation } from '../support/operations.js';
import { hasServer } from '../support/places.js';
import { startPrivateMariaDb, type PrivateMariaDb } from '../support/private-mariadb.js';
import { Place, type GatewayProcess } from '../support/process.js';
import { SqlRecorder } from '../support/sql-recorder.js';
import { createCloudAccount, createSubscription, quickAccount, sandboxKey } from '../support/steps.js';

/** In every text of a request: no statement may contain it. */
const canary = 'cAnArY7';
/** In every name of the first tenant: no answer to the second may contain it. */
const theirs = 'FiRsTtEnAnT';

const names = [
  "O'Brien",
  'back\\slash',
  "' OR 1=1 -- x",
  '" OR 1=1 -- x',
  "\\' OR 1=1 -- x",
  'ends in \\',
  '%_',
  '\u{1F600} é',
];
const hostile = [`${canary}\\' OR 1=1 -- `, `${canary}" OR 1=1 -- \\`];

const modes = ['ANSI', 'NO_BACKSLASH_ESCAPES', 'ANSI,TRADITIONAL,NO_BACKSLASH_ESCAPES', 'PAD_CHAR_TO_FULL_LENGTH'];

/** Valid values by field name, so that a hostile value beside them is processed as far as possible. */
const good: Record<string, unknown> = {
  name: 'Example',
  region: 'us-east-1',
  consoleRoleName: sandboxConsoleRole,
  credentials: sandboxKey('NSIMU', 'ZZZZ'),
  vendorAccountId: '111122223333',
  after: null,
  before: null,
  first: 5,
  last: null,
  expectedVersion: null,
};

/** Arguments of an operation. The text at `place` is hostile, or every text if there is no place. */
function argumentsFor({ field }: Operation, ids: readonly string[], text: string, place: string | null): object {
  const valueOf = (type: GraphQLInputType, name: string, path: string): unknown => {
    const bare = isNonNullType(type) ? type.ofType : type;
    if (isListType(bare)) return [valueOf(bare.ofType, name, path)];
    const named = getNamedType(bare);
    const isOnTheWay = place !== null && (place === path || place.startsWith(`${path}.`));
    if (place !== null && !isOnTheWay && name in good) return good[name];
    if (isEnumType(named)) return named.getValues()[0]!.value;
    if (isInputObjectType(named)) {
      const all = Object.values(named.getFields());
      const chosen = named.isOneOf
        ? [all.find((each) => place?.startsWith(`${path}.${each.name}`)) ?? all[0]!]
        : all.filter((each) => !['after', 'before', 'last'].includes(each.name));
      return Object.fromEntries(
        chosen.map((each) => [each.name, valueOf(each.type, each.name, `${path}.${each.name}`)]),
      );
    }
    if (named.name === 'Int' || named.name === 'Float') return 1;
    if (named.name === 'Boolean') return false;
    if (place !== null && place !== path) return named.name === 'ID' ? ids[0] : 'Example';
    return text;
  };
  return Object.fromEntries(
    field.args
      .filter(({ name }) => place === name || !['after', 'before', 'last'].includes(name))
      .map(({ name, type }) => [name, valueOf(type, name, name)]),
  );
}

/** Positions of texts in the arguments of an operation. */
function placesIn({ field }: Operation): string[] {
  const below = (type: GraphQLInputType, path: string): string[] => {
    const named = getNamedType(type);
    if (isInputObjectType(named))
      return Object.values(named.getFields()).flatMap((each) => below(each.type, `${path}.${each.name}`));
    return isEnumType(named) || ['Int', 'Float', 'Boolean'].includes(named.name) ? [] : [path];
  };
  return field.args.flatMap(({ name, type }) => below(type, name));
}

/** Differences between two gateways that do the same: times, random texts, and background counters. */
const masked = (text: string) =>
  text
    .replace(/"requestId":"[^"]*"/g, '"requestId":"…"')
    .replace(/"remaining":\d+/g, '"remaining":…')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'MOMENT')
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'UUID')
    .replace(/gwk_\w+/g, 'KEY')
    .replace(/"(apiKeyId|keyId|fingerprint|externalId|handle|secret|digest|claimId)":"[^"]*"/g, '"$1":"…"');

const cursorOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

// Without a server there is nothing to try; the summary says so.
(hasServer ? describe : describe.skip)('Values of requests', () => {
  let server: PrivateMariaDb;
  let recorder: SqlRecorder;
  const runs = new Map<string, { answers: [request: string, answer: string][]; names: string[] }>();

  const onServer = async (statement: string) => {
    const connection = await mysql.createConnection({ uri: server.url });
    await connection.query(statement);
    await connection.end();
  };

  beforeAll(async () => {
    server = await startPrivateMariaDb();
    recorder = await SqlRecorder.start(server.url);
    runs.set('the default', await run());
    for (const mode of modes) {
      await onServer(`SET GLOBAL sql_mode = '${mode}'`);
      runs.set(mode, await run());
    }
  }, 900_000);
  afterAll(async () => {
    await recorder.close();
    await server.stop();
  });

  /** Gateway on a new database: two tenants, and hostile texts in each position of a text. */
  async function run() {
    const place = await Place.make('MariaDB', recorder.through(server.url));
    const gateway = await place.start({ AWS_SANDBOX: 'on' });
    try {
      for (const [i, name] of names.entries())
        await done(gateway, createCloudAccount, quickAccount(`0${i}01`, { name: `${name} ${theirs}` }));
      const { cloudAccounts } = await gateway.ask('{ cloudAccounts(first: 100) { nodes { id name } } }');
      const stored = cloudAccounts.nodes.map(({ name }: any) => name);
      await done(gateway, createSubscription, { cloudAccountId: cloudAccounts.nodes.at(-1).id, name: theirs, region: 'us-east-1' }); // prettier-ignore

      const [{ key }] = await cliAnswer(place, 'tenants', 'add', '--name', `Second ${hostile[0]}`);
      const made = await done(gateway, createCloudAccount, quickAccount('9001', { name: 'Second' }), key);
      const ids = [made.createCloudAccount.cloudAccount.id];
      return { names: stored, answers: await tryAll(gateway, key, ids) };
    } finally {
      await gateway.stop();
      await place.remove();
    }
  }

  async function done(gateway: GatewayProcess, document: string, input: object, key = gateway.key) {
    const data = await gateway.ask(document, { input }, key);
    const [payload] = Object.values<any>(data);
    if (payload.userErrors.length > 0) throw new Error(JSON.stringify(payload.userErrors));
    return data;
  }

  async function tryAll(gateway: GatewayProcess, key: string, ids: string[]) {
    const answers: [string, string][] = [];
    const send = async (what: string, document: string, variables: object) => {
      const { status, text } = await gateway.send(document, variables, key);
      answers.push([what, `${status} ${masked(text)}`]);
    };
    for (const text of hostile) {
      for (const value of [text.toLowerCase(), text])
        for (const direction of ['ASC', 'DESC'])
          await send(
            `cursor ${value} ${direction}`,
            'query ($after: String, $by: CloudAccountOrder) { cloudAccounts(first: 100, after: $after, orderBy: $by) { totalCount nodes { id name } } }',
            { after: cursorOf('cloudAccounts', 'NAME', direction, value, 1), by: { field: 'NAME', direction } },
          );
      for (const operation of operations) {
        for (const where of [null, ...placesIn(operation)])
          await send(
            `${operation.field.name} ${where ?? 'everywhere'} ${text}`,
            documentOf(operation, 0),
            argumentsFor(operation, ids, text, where),
          );
      }
    }
    return answers;
  }

  it.each(modes)('have the same answers in the mode %s', (mode) => {
    const expected = runs.get('the default')!.answers;
    const found = runs.get(mode)!.answers;

    expect(found.length).toBe(expected.length);
    expect(found.filter(([, answer], i) => answer !== expected[i]![1])).toEqual([]);
  });

  it.each(['the default', ...modes])('are stored as they were sent, in the mode %s', (mode) => {
    expect(runs.get(mode)!.names).toEqual(expect.arrayContaining(names.map((name) => `${name} ${theirs}`)));
  });

  it.each(['the default', ...modes])('show no row of another tenant, in the mode %s', (mode) => {
    expect(runs.get(mode)!.answers.filter(([, answer]) => answer.includes(theirs))).toEqual([]);
  });

  it('cause no internal error', () => {
    for (const { answers } of runs.values())
      expect(answers.filter(([, answer]) => /^5|"extensions":\{"code":"INTERNAL"/.test(answer))).toEqual([]);
  });

  it('are in no text that is sent to the server', () => {
    console.log(recorder.summary);
    expect(recorder.sent.size).toBeGreaterThan(100);
    expect([...recorder.sent.keys()].filter((text) => text.toLowerCase().includes(canary.toLowerCase()))).toEqual([]);
    expect(recorder.suspicious()).toEqual([]);
  });

  it('use a session whose sql_mode was set by its first statement, in every program', () => {
    expect(recorder.firsts.length).toBeGreaterThan(20);
    expect(
      recorder.firsts.filter((text) => !/^SET NAMES utf8mb4, SESSION sql_mode = 'STRICT_TRANS/.test(text)),
    ).toEqual([]);
  });

  it('never reach a server on which the sql_mode cannot be set', async () => {
    const place = await Place.make('MariaDB', recorder.through(server.url));
    recorder.refused = /sql_mode = /;
    try {
      const { code, output } = await place.refused();

      expect(code).toBe(1);
      expect(output).toContain('does not accept the sql_mode of the gateway');
      expect(output).not.toContain('    at ');
    } finally {
      recorder.refused = /^\b$/;
      await place.remove();
    }
  });
});
