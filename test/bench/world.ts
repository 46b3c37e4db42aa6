import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import { EmbeddedSqlite } from '#libs/database';
import type { DatabaseKind } from '../support/new-database.js';
import { inherited, Place } from '../support/process.js';
import { createCloudAccount, globalId, newAccount } from '../support/steps.js';
import { accountsOf, firstAccountId, healthOf, subscriptionsOf, type Insert, type Tenant } from './seed.js';
import { tenantsProgram } from './programs.js';
import type { OpenedTenants } from './tenants.js';

/** Data for a request: an account, one of its subscriptions, and an API key of their tenant. */
export interface Sample {
  readonly key: string;
  readonly accountId: string;
  readonly subscriptionId: string;
}

const tenantCount = 100;
const sampleCount = 2000;

/**
 * Whether the account with this number belongs to a tenant in which W3 writes. No other workload reads these, and only
 * W3 needs a report of their health.
 */
const isWriting = (number: number) => number % tenantCount >= 95;

/** Database with data, which all servers share. */
export class World {
  private constructor(
    readonly place: Place,
    /** Key with which API keys are hashed, in hexadecimal. */
    readonly pepper: string,
    readonly readers: readonly Sample[],
    readonly writers: readonly Sample[],
  ) {}

  /** @param serverUrl of MariaDB */
  static async make(kind: DatabaseKind, accounts: number, serverUrl?: string): Promise<World> {
    const place = await Place.make(kind, serverUrl);
    try {
      return await World.fill(place, accounts);
    } catch (error) {
      await place.remove();
      throw error;
    }
  }

  private static async fill(place: Place, accounts: number): Promise<World> {
    const report = await healthReport(place);
    const { tenants, pepper } = await openTenants(place);
    const reportOf = (number: number) => (isWriting(number) ? report : null);
    await insertInto(place, async (insert) => {
      for (let from = 0; from < accounts; from += 5000) {
        const numbers = Array.from({ length: Math.min(5000, accounts - from) }, (_, i) => from + i);
        await insert('cloud_account', accountsOf(numbers, tenants));
        await insert('cloud_account_health', healthOf(numbers, tenants, reportOf));
        await insert('subscription', subscriptionsOf(numbers, tenants));
      }
    });
    const samples = samplesOf(accounts, tenants);
    const readers = samples.filter((_sample, i) => !isWriting(i));
    const writers = samples.filter((_sample, i) => isWriting(i));
    return new World(place, pepper, readers, writers);
  }

  remove(): Promise<void> {
    return this.place.remove();
  }
}

/**
 * Lets the gateway create the tables and connect one account in the sandbox. Returns the health report of this account,
 * which the seeded accounts also get.
 */
async function healthReport(place: Place): Promise<string> {
  const gateway = await place.start({ AWS_SANDBOX: 'on' });
  await gateway.ask(createCloudAccount, { input: newAccount('A1U1') });
  await gateway.stop();
  const [row] = await place.rows('SELECT report FROM cloud_account_health WHERE report IS NOT NULL');
  return row.report;
}

/** Uses the services of the gateway. */
async function openTenants({ dataDir, databaseUrl }: Place): Promise<OpenedTenants> {
  const { stdout } = await promisify(execFile)(process.execPath, [tenantsProgram, `${tenantCount}`], {
    env: { ...inherited, DATA_DIR: dataDir, ...(databaseUrl && { DATABASE_URL: databaseUrl }) },
  });
  return JSON.parse(stdout) as OpenedTenants;
}

async function insertInto(place: Place, work: (insert: Insert) => Promise<void>): Promise<void> {
  if (!place.databaseUrl) return insertIntoSqlite(place.databaseFile, work);
  const connection = await createConnection({ uri: place.databaseUrl });
  try {
    await work(async (table, rows) => {
      const columns = Object.keys(rows[0]!);
      await connection.beginTransaction();
      for (let at = 0; at < rows.length; at += 1000) {
        const values = rows.slice(at, at + 1000).map((row) => Object.values(row));
        await connection.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ?`, [values]);
      }
      await connection.commit();
    });
    await connection.query('ANALYZE TABLE cloud_account, cloud_account_health, subscription, api_key');
  } finally {
    await connection.end();
  }
}

async function insertIntoSqlite(file: string, work: (insert: Insert) => Promise<void>): Promise<void> {
  const database = new EmbeddedSqlite(file);
  database.exec('BEGIN');
  await work(async (table, rows) => {
    const columns = Object.keys(rows[0]!);
    const statement = database.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
    );
    for (const row of rows) statement.run(...Object.values(row));
  });
  database.exec('COMMIT');
  database.exec('ANALYZE');
  database.close();
}

/** Accounts from the whole table. Sample `i` belongs to the same tenant as account `i`. */
function samplesOf(accounts: number, tenants: readonly Tenant[]): Sample[] {
  const stride = tenantCount * Math.max(1, Math.floor(accounts / sampleCount));
  return Array.from({ length: Math.min(accounts, sampleCount) }, (_, i) => {
    const tenant = i % tenantCount;
    const number = Math.floor(i / tenantCount) * stride + tenant;
    const [subscription] = subscriptionsOf([number], tenants);
    return {
      key: tenants[tenant]!.key,
      accountId: globalId('CloudAccount', firstAccountId + number),
      subscriptionId: globalId('CloudSubscription', Number(subscription!['id'])),
    };
  });
}
