import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { inPlace, type GatewayProcess, type Place } from '../support/process.js';
import { createCloudAccount, quickAccount, numberOf, updateCloudAccount } from '../support/steps.js';
import { until } from '../support/until.js';
import { Random } from './random.js';
import { inLanes, type SoakOptions, type SoakResult } from './soak.js';

const kills = { short: 3, full: 20 };
const firstStartKills = { short: 2, full: 15 };
const createsPerKill = { short: 20, full: 50 };
const env = { AWS_SANDBOX: 'on' };

/**
 * kill -9 at random moments: while accounts are created, and during a first start.
 *
 * After the next start, each account exists completely, with a secret that can be decrypted, or not at all; every
 * acknowledged account exists; and the killed process starts again.
 */
export async function kill(options: SoakOptions): Promise<SoakResult> {
  const violations: string[] = [];
  // In parallel: processes mostly load. Each has its own random numbers, so that the seed determines them.
  const [whileCreating, firstStarts] = await Promise.all([
    inPlace(options.database, (place) => killWhileCreating(place, new Random(options.seed), options, violations)),
    killFirstStarts(new Random(options.seed + 1), options, violations),
  ]);
  const figures = { ...whileCreating, ...firstStarts };
  return { figures, violations };
}

async function killWhileCreating(
  place: Place,
  random: Random,
  { size, say, database }: SoakOptions,
  violations: string[],
): Promise<Record<string, number>> {
  const figures = { kills: 0, acknowledged: 0, 'there after a restart': 0, 'secrets that open': 0 };
  const allAcknowledged = new Set<number>();
  let gateway = await place.start(env);
  let usedUsers = 0;
  const userOf = () => (usedUsers++).toString(36).toUpperCase().padStart(4, '0');

  // Duration of the creations without a kill, in a process as cold as those that are killed.
  const started = performance.now();
  for (const id of await createUntilKilled(gateway, userOf, createsPerKill[size])) allAcknowledged.add(id);
  const duration = performance.now() - started;
  await gateway.kill();
  gateway = await place.start(env);

  for (let i = 0; i < kills[size]; i++) {
    const creating = createUntilKilled(gateway, userOf, createsPerKill[size]);
    await wait(random.fraction() * duration);
    await gateway.kill();
    const acknowledged = await creating;
    for (const id of acknowledged) allAcknowledged.add(id);

    gateway = await place.start(env);
    figures.kills++;
    violations.push(...(await faultsInRows(place, allAcknowledged)));
    say(`kill ${i + 1}: ${acknowledged.length} of ${createsPerKill[size]} acknowledged`);
  }

  const accounts = await place.rows('SELECT id, version FROM cloud_account WHERE id > 1000');
  figures.acknowledged = allAcknowledged.size;
  figures['there after a restart'] = accounts.length;
  await inLanes(8, accounts, async ({ id }: { id: number }) => {
    const fault = await faultInSecret(gateway, id);
    if (fault) violations.push(`the secret of account ${id} is of no use: ${fault}`);
    else figures['secrets that open']++;
  });
  await gateway.stop();
  if (database === 'SQLite') violations.push(...(await faultsInFile(place)));
  return figures;
}

/** @returns the numbers that were acknowledged before the gateway was killed, or all */
async function createUntilKilled(gateway: GatewayProcess, nextUser: () => string, count: number): Promise<number[]> {
  const acknowledged: number[] = [];
  const users = Array.from({ length: count }, nextUser);
  await inLanes(8, users, async (user) => {
    const data = await gateway.ask(createCloudAccount, { input: quickAccount(user) }).catch(() => null);
    const account = data?.createCloudAccount.cloudAccount;
    if (account) acknowledged.push(numberOf(account.id));
  });
  return acknowledged;
}

async function faultsInRows(place: Place, acknowledged: ReadonlySet<number>): Promise<string[]> {
  const accounts = await place.rows(
    `SELECT a.id, COUNT(k.id) AS key_count FROM cloud_account a
     LEFT JOIN aws_access_key k ON k.cloud_account_id = a.id WHERE a.id > 1000 GROUP BY a.id`,
  );
  const stray = await place.rows(
    'SELECT k.id FROM aws_access_key k LEFT JOIN cloud_account a ON a.id = k.cloud_account_id WHERE a.id IS NULL',
  );
  const there = new Set(accounts.map(({ id }) => Number(id)));
  return [
    ...accounts.filter((row) => Number(row.key_count) !== 1).map(({ id }) => `account ${id} is half there`),
    ...[...acknowledged].filter((id) => !there.has(id)).map((id) => `account ${id} was acknowledged and is lost`),
    ...stray.map(({ id }) => `key ${id} has no account`),
  ];
}

/** Verifies another console role with the stored secret. The sandbox checks its signature. */
async function faultInSecret(gateway: GatewayProcess, account: number): Promise<string | null> {
  const id = Buffer.from(`CloudAccount:${account}`).toString('base64url');
  const input = { id, expectedVersion: 1, consoleRoleName: 'second-console-role' };
  const { body } = await gateway.send(updateCloudAccount, { input });
  const payload = body?.data?.updateCloudAccount;
  return payload?.cloudAccount?.consoleRoleName === 'second-console-role' ? null : JSON.stringify(body);
}

async function faultsInFile(place: Place): Promise<string[]> {
  const faults = (await place.rows('PRAGMA integrity_check')).map((row) => String(Object.values(row)[0]));
  const strays = await place.rows('PRAGMA foreign_key_check');
  return [
    ...faults.filter((fault) => fault !== 'ok').map((fault) => `the database is damaged: ${fault}`),
    ...strays.map((row) => `a row refers to nothing: ${JSON.stringify(row)}`),
  ];
}

/** An interrupted start must not prevent the next one. */
async function killFirstStarts(
  random: Random,
  { size, database, say }: SoakOptions,
  violations: string[],
): Promise<Record<string, number>> {
  const figures = { 'first starts killed': 0, 'of them started again': 0 };
  const moments = Array.from({ length: firstStartKills[size] }, () => random.fraction() * 400);
  await inLanes(2, moments, (moment) =>
    inPlace(database, async (place) => {
      const first = place.launch(env);
      // The important part begins after the key ring exists: before that, nothing was written.
      await until('the key ring is there', () => existsSync(place.keyRingFile));
      await wait(moment);
      await first.kill();
      figures['first starts killed']++;
      try {
        const again = await place.start(env);
        figures['of them started again']++;
        const key = readFileSync(place.firstApiKeyFile, 'utf8').trim();
        const { status } = await again.send('{ __typename }', {}, key);
        if (status !== 200) violations.push(`the key of a first start that was cut off opens nothing: ${status}`);
      } catch (error) {
        violations.push(
          `a first start that was cut off could not be repeated: ${firstLines((error as Error).message)}`,
        );
      }
    }),
  );
  say(`${figures['of them started again']} of ${figures['first starts killed']} killed first starts could be repeated`);
  return figures;
}

const firstLines = (text: string) => text.split('\n').slice(0, 6).join(' | ').slice(0, 400);
