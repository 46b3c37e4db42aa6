import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { ApiKeyService, TenantContents, TenantService } from '#libs/access';
import { Transactions } from '#libs/database';
import { Keychain, TypeOrmStoredKeys } from '#libs/encryption';
import { operator } from '#libs/events';
import { SystemClock } from '#libs/kernel';
import { RecentApiKeys } from '../../libs/access/src/recent-api-keys.js';
import { TypeOrmAccessRecords } from '../../libs/access/src/typeorm/typeorm-access-records.js';
import { TypeOrmEvents } from '../../libs/events/src/typeorm/typeorm-events.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { launchCli, runCli, type CliExit, type LaunchedCli } from '../support/cli.js';
import { inPlace, type GatewayProcess, type Place } from '../support/process.js';
import { createCloudAccount, newAccount, sandboxKey, updateCloudAccount } from '../support/steps.js';
import { Random } from './random.js';
import { inLanes, Tally, type SoakOptions, type SoakResult } from './soak.js';

/** `pause` between two requests of a lane, in milliseconds, so that the commands get CPU time. */
const sizes = {
  short: { kills: 2, tenants: 12, accounts: 30, pause: 150 },
  full: { kills: 20, tenants: 60, accounts: 200, pause: 25 },
};
const lanes = 4;
const env = { AWS_SANDBOX: 'on', AWS_TIMEOUT_MS: '20000' };

const commands = ['rotate', 'rewrap', 'verify', 'retire'] as const;
type Command = (typeof commands)[number];
interface Account {
  readonly id: string;
  readonly which: string;
  readonly apiKey: string;
  version: number;
  role: number;
  family: number;
}

const roles = ['console-role', 'second-console-role'];
const families = ['WORKS', 'AGAIN'];

/**
 * The key ring is rotated, everything is wrapped and encrypted again and verified, and the old KEK is retired,
 * repeatedly. Each of these commands is killed (-9) at a random moment and started again. In the meantime, customers
 * create accounts, replace access keys and use stored ones, on MariaDB with two gateways, which are never restarted.
 *
 * All data must remain readable, no request may fail, and at the end no key is wrapped with a retired KEK.
 */
export async function keyring(options: SoakOptions): Promise<SoakResult> {
  return inPlace(options.database, (place) => new Rotations(place, options).run());
}

class Rotations {
  private readonly random: Random;
  private readonly accounts: Account[] = [];
  private readonly answers = new Tally();
  private readonly violations = new Set<string>();
  private readonly durations = new Map<Command, { all: number; work: number }>();
  private gateways: GatewayProcess[] = [];
  private apiKeys: string[] = [];
  private users = 0;
  private isOver = false;
  private readonly figures = { kills: 0, 'of them in the middle of the work': 0, rotations: 0 };

  constructor(
    private readonly place: Place,
    private readonly options: SoakOptions,
  ) {
    this.random = new Random(options.seed);
  }

  async run(): Promise<SoakResult> {
    const { kills, tenants } = sizes[this.options.size];
    await this.start();
    this.apiKeys = await openTenants(this.place, tenants);
    const load = inLanes(lanes, [1, 2, 3, 4], (lane) => this.load(new Random(this.options.seed * 100 + lane)));

    for (const command of commands) await this.timed(command);
    while (this.figures.kills < kills) {
      for (const command of commands) {
        if (this.figures.kills < kills) await this.kill(command);
        await this.done(command);
      }
      this.options.say(`${this.figures.kills} of ${kills} kills; ${this.accounts.length} accounts`);
    }
    this.isOver = true;
    await load;
    for (const command of ['rewrap', 'retire', 'verify'] as const) await this.done(command);
    return this.result();
  }

  private async start(): Promise<void> {
    this.gateways = [await this.place.start(env)];
    if (this.place.kind === 'SQLite') return;
    const itsOwnFolder = { DATA_DIR: `${this.place.dataDir}-2`, KEY_RING_FILE: this.place.keyRingFile };
    this.gateways.push(await this.place.start({ ...env, ...itsOwnFolder }));
  }

  /** Requests of customers, one after the other in each lane, each with its own accounts. */
  private async load(random: Random): Promise<void> {
    const own: Account[] = [];
    while (!this.isOver) {
      const canCreate = this.accounts.length < sizes[this.options.size].accounts;
      if (own.length === 0 || (canCreate && random.fraction() < 0.3)) await this.create(random, own);
      else if (random.fraction() < 0.3) await this.replaceKey(random.pick(this.gateways), random.pick(own));
      else await this.openStoredKey(random.pick(this.gateways), random.pick(own));
      await wait(sizes[this.options.size].pause);
    }
  }

  private async create(random: Random, own: Account[]): Promise<void> {
    const which = (this.users++).toString(36).toUpperCase().padStart(4, '0');
    const apiKey = random.pick(this.apiKeys);
    const input = newAccount(which);
    const payload = await this.ask('create', random.pick(this.gateways), createCloudAccount, input, apiKey);
    if (!payload) return;
    const account = { id: payload.cloudAccount.id, which, apiKey, version: 1, role: 0, family: 0 };
    own.push(account);
    this.accounts.push(account);
  }

  private async replaceKey(gateway: GatewayProcess, account: Account): Promise<void> {
    const family = 1 - account.family;
    const credentials = sandboxKey(families[family]!, account.which);
    if (await this.change('replace the key', gateway, account, { credentials })) account.family = family;
  }

  /** The sandbox checks the signature, so the decrypted secret is the right one. */
  private async openStoredKey(gateway: GatewayProcess, account: Account): Promise<boolean> {
    const role = 1 - account.role;
    const isDone = await this.change('use the stored key', gateway, account, { consoleRoleName: roles[role] });
    if (isDone) account.role = role;
    return isDone;
  }

  private async change(what: string, gateway: GatewayProcess, account: Account, change: object): Promise<boolean> {
    const { id, apiKey, version: expectedVersion } = account;
    const payload = await this.ask(what, gateway, updateCloudAccount, { id, expectedVersion, ...change }, apiKey);
    if (payload) account.version = payload.cloudAccount.version;
    return Boolean(payload);
  }

  private async ask(what: string, gateway: GatewayProcess, mutation: string, input: object, apiKey: string) {
    const { body, status } = await gateway.send(mutation, { input }, apiKey);
    const payload = Object.values<any>(body?.data ?? {})[0];
    if (payload?.userErrors?.length === 0) {
      this.answers.add(`${what}: done`);
      return payload;
    }
    const code = payload?.userErrors?.[0]?.code ?? body?.errors?.[0]?.extensions?.code ?? `status ${status}`;
    this.answers.add(`${what}: ${code}`);
    this.violations.add(`${what} was answered with ${code}`);
    return null;
  }

  /** Duration of a command that is not killed, and its part after the first progress message. */
  private async timed(command: Command): Promise<void> {
    const started = performance.now();
    const [args] = await this.argsOf(command);
    if (!args) throw new Error(`There is nothing to ${command}.`);
    const { output, exit } = launchCli(this.place, 'keyring', ...args);
    let begun: number | undefined;
    const looking = setInterval(() => (begun ??= output.stderr ? performance.now() : undefined), 5);
    const { code, stderr } = await exit;
    clearInterval(looking);
    if (code !== 0) this.violations.add(`${command} ended with ${code}: ${stderr.slice(0, 300)}`);
    const ended = performance.now();
    this.durations.set(command, { all: ended - started, work: ended - (begun ?? ended) });
  }

  private async done(command: Command): Promise<void> {
    for (const args of await this.argsOf(command)) {
      const { code, stderr } = await runCli(this.place, 'keyring', ...args);
      if (code !== 0) this.violations.add(`${args[0]} ended with ${code}: ${stderr.slice(0, 300)}`);
    }
    if (command === 'rotate') this.figures.rotations++;
  }

  private async kill(command: Command): Promise<void> {
    const [args] = await this.argsOf(command);
    if (!args) return;
    const before = await this.state();
    const launched = launchCli(this.place, 'keyring', ...args);
    await Promise.race([launched.exit, this.momentIn(command, launched, before)]);
    const { code }: CliExit = await launched.kill();
    this.figures.kills++;
    if (code === null && (await this.state()) !== before) this.figures['of them in the middle of the work']++;
  }

  /** A command spends most of its time loading. It is killed during the work itself. */
  private async momentIn(command: Command, { output }: LaunchedCli, before: string): Promise<void> {
    const { all, work } = this.durations.get(command)!;
    const chance = this.random.fraction();
    if (chance < 0.1) return wait(all * (0.5 + 5 * chance));
    const deadline = performance.now() + 20_000;
    const hasBegun = async () =>
      command === 'rewrap' || command === 'verify' ? output.stderr !== '' : (await this.state()) !== before;
    while (!(await hasBegun()) && performance.now() < deadline) await wait(1);
    // A rotation or a retirement then only has to write a file. The others process everything.
    if (command === 'rewrap' || command === 'verify') await wait(work * 0.8 * (chance - 0.1));
  }

  private async argsOf(command: Command): Promise<string[][]> {
    if (command === 'rewrap') return [['rewrap', '--tenant-keys']];
    if (command !== 'retire') return [[command]];
    const { active, ids } = await this.ring();
    const admitted = (await this.place.rows('SELECT kek_id FROM key_canary')).map(({ kek_id }) => String(kek_id));
    const old = [...new Set([...ids, ...admitted])].filter((id) => id !== active);
    return old.map((id) => ['retire', '--id', id]);
  }

  /** Changes with every step, but not with changes of customers, except first keys of tenants. */
  private async state(): Promise<string> {
    const keks = await this.place.rows(
      'SELECT kek_id, COUNT(*) AS n FROM encryption_key GROUP BY kek_id ORDER BY kek_id',
    );
    const uses = await this.place.rows("SELECT COUNT(*) AS n FROM credential_use WHERE purpose = 'KEY_RING'");
    const canaries = await this.place.rows('SELECT kek_id FROM key_canary ORDER BY kek_id');
    return JSON.stringify([keks, uses, canaries, await this.ring()]);
  }

  private async ring(): Promise<{ active: string; ids: string[] }> {
    const { active, keys } = JSON.parse(await readFile(this.place.keyRingFile, 'utf8'));
    return { active, ids: Object.keys(keys) };
  }

  private async result(): Promise<SoakResult> {
    const { active, ids } = await this.ring();
    const count = async (from: string, parameters: unknown[] = []) =>
      Number((await this.place.rows(`SELECT COUNT(*) AS n FROM ${from}`, parameters))[0].n);
    let opened = 0;
    // With the running gateways, and with one that has only the current data.
    const fresh = await this.freshGateway();
    const all = [...this.accounts.entries()];
    await inLanes(lanes, all, async ([i, account]) => {
      const gateway = i % 2 === 0 ? fresh : this.gateways[0]!;
      if (await this.openStoredKey(gateway, account)) opened++;
    });

    const unreadable = {
      'secrets found unreadable, ever': await count("credential_use WHERE result = 'REJECTED'"),
      'keys wrapped by a key that is not the active one': await count('encryption_key WHERE kek_id <> ?', [active]),
      'secrets encrypted with a key of their tenant that is not the newest': await count(
        'aws_access_key k WHERE encryption_key_id < (SELECT MAX(id) FROM encryption_key e WHERE e.tenant_id = k.tenant_id)',
      ),
      'keys left in the ring beside the active one': ids.length - 1,
      'admitted beside the active one': (await count('key_canary')) - 1,
      'accounts whose secret does not open': all.length - opened,
      'drafts left beside the ring': (await readdir(this.place.dataDir)).filter((name) => name.endsWith('.tmp')).length,
    };
    for (const [what, number] of Object.entries(unreadable)) if (number !== 0) this.violations.add(`${number} ${what}`);
    const figures = {
      ...this.figures,
      accounts: all.length,
      'of them opened at the end': opened,
      'secrets opened by customers': this.answers.of('use the stored key: done'),
      'tenants with keys': await count('(SELECT DISTINCT tenant_id FROM encryption_key WHERE tenant_id IS NOT NULL) t'),
      ...unreadable,
      ...this.answers.all,
    };
    return { figures, violations: [...this.violations] };
  }

  private async freshGateway(): Promise<GatewayProcess> {
    if (this.place.kind === 'SQLite') {
      await this.gateways[0]!.stop();
      const gateway = await this.place.start(env);
      this.gateways = [gateway];
      return gateway;
    }
    return this.place.start({ ...env, DATA_DIR: `${this.place.dataDir}-3`, KEY_RING_FILE: this.place.keyRingFile });
  }
}

/** API keys of new tenants, which have no encryption key yet. */
async function openTenants(place: Place, number: number): Promise<string[]> {
  const location = place.databaseUrl ? { url: place.databaseUrl } : { file: place.databaseFile };
  const { dataSource, keks } = await prepareDatabase(location, place.keyRingFile);
  const clock = new SystemClock();
  const transactions = new Transactions(dataSource, clock);
  const keychain = new Keychain(keks, new TypeOrmStoredKeys(transactions), clock);
  try {
    const [records, events] = [new TypeOrmAccessRecords(transactions), new TypeOrmEvents(transactions)];
    const recentKeys = new RecentApiKeys();
    const keys = new ApiKeyService(records, keychain, events, transactions, clock, recentKeys);
    const service = new TenantService(records, keys, new TenantContents([]), events, transactions, recentKeys);
    const apiKeys: string[] = [];
    for (let n = 1; n <= number; n++)
      apiKeys.push((await service.create(operator, { tenant: `Tenant ${n}`, key: 'Key' })).token.reveal());
    return apiKeys;
  } finally {
    keychain.close();
    await dataSource.destroy();
  }
}
