import { connectionOptions, serializeSqlite, Transactions, type EmbeddedSqlite } from '#libs/database';
import { Keychain, KeyCanaryRow, KeyRing, StoredKeyRow, TypeOrmStoredKeys, Vault } from '#libs/encryption';
import { EventRow, TypeOrmEvents, operator, type Events } from '#libs/events';
import { Clock, Reconcilers, type Held } from '#libs/kernel';
import { DataSource } from 'typeorm';
import { AccessKeyStore } from '../access-keys/access-key-store.js';
import { CredentialUse } from '../credential-use.entity.js';
import { CredentialUseService } from '../uses/credential-use.service.js';
import { AccessKeyRotationPolicy } from '../rotation/access-key-rotation-policy.entity.js';
import { AccessKeyRotationPolicyService } from '../rotation/access-key-rotation-policy.service.js';
import { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotationReconciler } from '../rotation/access-key-rotation.reconciler.js';
import { AccessKeyRotationService } from '../rotation/access-key-rotation.service.js';
import { AccessKeyRotator } from '../rotation/access-key-rotator.js';
import type { RotatedAccount } from '../rotation/rotated-accounts.js';
import { RotationJournal } from '../rotation/rotation-journal.js';
import { RotationPace } from '../rotation/rotation-pace.js';
import { StoredAccessKey } from '../stored-access-key.entity.js';
import { TypeOrmCredentialUses } from '../uses/typeorm-credential-uses.js';
import { TypeOrmAccessKeyRotationPolicies } from '../rotation/typeorm-access-key-rotation-policies.js';
import { TypeOrmAccessKeyRotations } from '../rotation/typeorm-access-key-rotations.js';
import { TypeOrmStoredAccessKeys } from '../access-keys/typeorm-stored-access-keys.js';
import { InMemoryIam } from './in-memory-iam.js';
import { InMemoryRotatedAccounts } from './in-memory-rotated-accounts.js';

/** The process was killed: its later actions have no effect. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

class MovableClock extends Clock {
  time = Date.parse('2026-01-01T12:00:00.000Z');

  now(): Date {
    return new Date(this.time);
  }
}

/** Units of work that can be killed before and after their commit. */
class WatchedTransactions extends Transactions {
  private depth = 0;
  begun: () => void = () => undefined;
  around: (when: 'before' | 'after') => void = () => undefined;

  override async run<T>(work: (now: Date) => Promise<T>): Promise<T> {
    if (this.depth > 0) return super.run(work);
    try {
      const result = await super.run(async (now) => {
        this.depth++;
        this.begun();
        const done = await work(now);
        this.around('before');
        return done;
      });
      this.around('after');
      return result;
    } finally {
      this.depth = 0;
    }
  }
}

/** What a process leaves that is killed at a point: the committed rows, AWS, and the time. */
export interface Moment {
  readonly point: string;
  /** Equal for moments at which everything is equal. */
  readonly state: string;
  readonly restore: () => void;
}

type Tables = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;

const entities = [CredentialUse, EventRow, AccessKeyRotation, AccessKeyRotationPolicy, KeyCanaryRow, StoredAccessKey, StoredKeyRow]; // prettier-ignore

/** Databases of closed worlds, to be used again: to create one takes longer than most tests. */
const unused: DataSource[] = [];

const account = { id: 1001, tenantId: 7, region: 'us-east-1' };
const viewer = { apiKeyName: 'Key' };
/** Account of another tenant. */
export const otherAccount = { ...account, id: 1002, tenantId: 8, awsUserId: null, awsUserArn: null };

/** An account with one access key, AWS, and a whole rotation on a real database, with the clock of the test. */
export class RotationWorld {
  readonly clock = new MovableClock();
  readonly aws = new InMemoryIam(this.clock);
  readonly account: RotatedAccount = {
    ...account,
    awsUserId: this.aws.identity.userId,
    awsUserArn: this.aws.identity.arn,
  };
  /** Points at which the process could have been killed, in order. */
  readonly points: string[] = [];
  private readonly accounts = new InMemoryRotatedAccounts([this.account, otherAccount]);
  credentials!: AccessKeyStore;
  service!: AccessKeyRotationService;
  policy!: AccessKeyRotationPolicyService;
  loop!: AccessKeyRotationReconciler;
  rotator!: AccessKeyRotator;
  rotations!: TypeOrmAccessKeyRotations;
  private transactions!: WatchedTransactions;
  private dataSource!: DataSource;
  private killAt = Infinity;
  private isDead = false;
  private moments: Moment[] | undefined;
  private readonly statements = new Map<string, ReturnType<EmbeddedSqlite['prepare']>>();
  private lastRows: { readonly changes: number; readonly tables: Tables } | undefined;
  /** The rows before the current unit of work. */
  private committed: Tables | undefined;

  static async make(): Promise<RotationWorld> {
    const world = new RotationWorld();
    world.dataSource = unused.pop() ?? (await newDatabase());
    for (const table of world.tables) world.sql(`DELETE FROM ${table}`).run();
    const canary = { kekId: 'kek-00000001', canary: Buffer.alloc(1), admittedAt: world.clock.now() };
    await world.dataSource.getRepository(KeyCanaryRow).insert(canary);
    world.start();
    await world.replaceKey();
    world.tick(60_000);
    world.points.length = 0;
    return world;
  }

  /** Starts a new process on the existing data. */
  start(): void {
    const { clock, dataSource, aws, accounts } = this;
    this.isDead = false;
    this.killAt = Infinity;
    this.points.length = 0;
    this.moments = undefined;
    const transactions = new WatchedTransactions(dataSource, clock);
    transactions.begun = () => (this.committed = this.moments && this.rows());
    transactions.around = (when) => this.pass(`${when} commit`);
    aws.around = (action, when) => this.pass(`${when} ${action}`);
    const keychain = new Keychain(ring, new TypeOrmStoredKeys(transactions), clock);
    const rotations = new TypeOrmAccessKeyRotations(transactions);
    const policies = new TypeOrmAccessKeyRotationPolicies(transactions);
    const stored = new TypeOrmStoredAccessKeys(transactions);
    const events: Events = new TypeOrmEvents(transactions);
    const uses = new CredentialUseService(new TypeOrmCredentialUses(transactions), events, transactions, clock);
    const credentials = new AccessKeyStore(stored, new Vault(keychain), keychain, uses, rotations);
    const journal = new RotationJournal(rotations, accounts, events, transactions, new RotationPace());
    const rotator = new AccessKeyRotator(aws, credentials, accounts, journal, new RotationPace());
    const loop = new AccessKeyRotationReconciler(rotations, rotator, new RotationPace(), clock, new Reconcilers());
    const service = new AccessKeyRotationService(aws, credentials, rotations, events, loop);
    const policy = new AccessKeyRotationPolicyService(
      policies,
      credentials,
      service,
      accounts,
      events,
      transactions,
      clock,
      new Reconcilers(),
    );
    Object.assign(this, { transactions, credentials, rotations, rotator, loop, service, policy });
  }

  /** Kills the process at the n-th point from now. 1 is the next. */
  kill(n: number): void {
    this.killAt = this.points.length + n;
  }

  /** Records what the process would leave at each point that it passes from now on. */
  record(): readonly Moment[] {
    return (this.moments = []);
  }

  /** Starts a new process after the previous one was killed at a moment. */
  startFrom({ restore }: Moment): void {
    restore();
    this.start();
  }

  /** What the process would leave if it was killed now. */
  momentOf(point: string, rows: Tables = this.rows()): Moment {
    const { aws, clock } = this;
    const { time } = clock;
    const restoreAws = aws.snapshot();
    return {
      point,
      // Nothing reads the uses of secrets.
      state: JSON.stringify([time, aws.state, ...[...rows].filter(([table]) => table !== 'credential_use')]),
      restore: () => {
        clock.time = time;
        restoreAws();
        this.replaceRows(rows);
      },
    };
  }

  get wasKilled(): boolean {
    return this.isDead;
  }

  async begin(): Promise<void> {
    await this.service.refuseUnlessPossible(this.account, operator);
    await this.do((now, held) => this.service.begin(held, operator, now));
  }

  cancel(): Promise<void> {
    return this.do((now, held) => this.service.cancel(held, operator, now));
  }

  /** Sets an access key as `updateCloudAccount` does. */
  async replaceKey(key = this.aws.add()): Promise<void> {
    await this.do((now, held) => this.credentials.put(viewer, held, 'CURRENT', key, now));
  }

  /** Runs a unit of work that locks the account. */
  do<T>(work: (now: Date, held: Held<RotatedAccount>) => Promise<T>, { tenantId, id } = account): Promise<T> {
    return this.transactions.run(async (now) => work(now, (await this.accounts.hold(tenantId, id))!));
  }

  setPolicy(rotationIntervalDays: number | null): Promise<void> {
    return this.do((now, held) => this.policy.change(held, rotationIntervalDays, operator, now));
  }

  tick(ms: number): void {
    this.clock.time += ms;
  }

  /**
   * Continues the rotation until it ends, or waits longer than `patience`.
   *
   * @throws Error when it makes no progress
   */
  async run({
    until = () => false,
    patience = Infinity,
  }: { until?: (r: AccessKeyRotation) => boolean; patience?: number } = {}) {
    const end = this.clock.time + patience;
    for (let round = 0; round < 400; round++) {
      const rotation = await this.rotation();
      if (rotation.isOver || until(rotation)) return rotation;
      const next = Math.max(rotation.nextAttemptAt!.getTime(), rotation.leaseUntil?.getTime() ?? 0);
      if (next > end) return rotation;
      if (next > this.clock.time) this.clock.time = next;
      for (const claimed of await this.loop.claim(1)) await this.loop.advance(claimed);
    }
    throw new Error(`The rotation makes no progress: ${JSON.stringify(await this.rotation())}`);
  }

  async rotation(): Promise<AccessKeyRotation> {
    return await this.dataSource.getRepository(AccessKeyRotation).findOneByOrFail({ cloudAccountId: account.id });
  }

  /** Whether AWS accepts the current access key of the account. */
  async works(): Promise<boolean> {
    const use = { actor: operator, purpose: 'VERIFICATION' } as const;
    const current = await this.credentials.reveal(account.tenantId, account.id, 'CURRENT', use);
    return current !== null && this.aws.accepts(current);
  }

  async slots(): Promise<Record<string, string>> {
    const rows = await this.dataSource.getRepository(StoredAccessKey).findBy({ cloudAccountId: account.id });
    return Object.fromEntries(rows.map(({ slot, accessKeyId }) => [slot, accessKeyId]));
  }

  async events(): Promise<string[]> {
    const rows = await this.dataSource.getRepository(EventRow).find({ order: { id: 'ASC' } });
    return rows.map(({ type }) => type.replace('ACCESS_KEY_ROTATION_', ''));
  }

  close(): void {
    unused.push(this.dataSource);
  }

  private get tables(): string[] {
    return this.dataSource.entityMetadatas.map(({ tableName }) => tableName);
  }

  private rows(): Tables {
    const changes = Number(this.sql('SELECT total_changes() AS n').all()[0]!['n']);
    if (this.lastRows?.changes !== changes) {
      const all = this.tables.map((table) => [table, this.sql(`SELECT * FROM ${table}`).all()] as const);
      this.lastRows = { changes, tables: new Map(all) };
    }
    return this.lastRows.tables;
  }

  private replaceRows(tables: Tables): void {
    for (const [table, rows] of tables) {
      this.sql(`DELETE FROM ${table}`).run();
      for (const row of rows) {
        const columns = Object.keys(row);
        const places = columns.map(() => '?');
        this.sql(`INSERT INTO ${table} (${columns.join()}) VALUES (${places.join()})`).run(...Object.values(row));
      }
    }
  }

  private sql(text: string): ReturnType<EmbeddedSqlite['prepare']> {
    const { databaseConnection } = this.dataSource.driver as unknown as { databaseConnection: EmbeddedSqlite };
    let statement = this.statements.get(text);
    if (!statement) this.statements.set(text, (statement = databaseConnection.prepare(text)));
    return statement;
  }

  private pass(point: string): void {
    if (this.isDead) throw new Killed();
    this.points.push(point);
    this.moments?.push(this.momentOf(point, point === 'before commit' ? this.committed : undefined));
    if (this.points.length === this.killAt) {
      this.isDead = true;
      throw new Killed(point);
    }
  }
}

async function newDatabase(): Promise<DataSource> {
  const options = await connectionOptions({ file: ':memory:' });
  return serializeSqlite(new DataSource({ ...options, entities, synchronize: true })).initialize();
}

const ring = new KeyRing('kek-00000001', new Map([['kek-00000001', Buffer.alloc(32, 1)]]));
