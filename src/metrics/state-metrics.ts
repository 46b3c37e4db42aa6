import { RecentApiKeys } from '#libs/access';
import { AccessKeyRotation, AccessKeyRotationPolicy } from '#libs/aws-credentials';
import { CloudAccountCounts, CloudAccountHealth, CredentialTrial } from '#libs/cloud-accounts';
import { connectionsOf, dueIn, Transactions, type Due } from '#libs/database';
import { DriftWatch } from '#libs/drift';
import { Keychain } from '#libs/encryption';
import { Clock } from '#libs/kernel';
import { ProvisioningWork } from '#libs/subscriptions';
import type { INestApplicationContext } from '@nestjs/common';
import { Counter, Gauge, type Registry } from 'prom-client';
import { DataSource } from 'typeorm';
import { prefix } from './work-metrics.js';

/** Tables of work that becomes due, by the name of the reconciler. `provisioning` is the work of provisioners. */
const waiting = {
  cloud_account_health: CloudAccountHealth,
  credential_trial: CredentialTrial,
  drift: DriftWatch,
  access_key_rotation: AccessKeyRotation,
  access_key_rotation_policy: AccessKeyRotationPolicy,
  provisioning: ProvisioningWork,
};

/** Maximum age of counts from the database, in milliseconds. Several scrapers share one count. */
const kept = 15_000;

interface Counts {
  readonly at: number;
  readonly due: readonly (readonly [reconciler: string, due: Due])[];
  readonly byStatus: Awaited<ReturnType<CloudAccountCounts['byStatus']>>;
  readonly byHealth: Awaited<ReturnType<CloudAccountCounts['byHealth']>>;
}

/** Gauges that are read at a scrape. Values that the database does not return are omitted. */
export function stateMetrics(registry: Registry, app: INestApplicationContext): void {
  const get = <T>(token: abstract new (...args: never[]) => T): T => app.get(token as never, { strict: false });
  const counts = cached(() => countNow(get(Transactions), get(CloudAccountCounts), get(Clock)));
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[], set: (gauge: Gauge) => unknown) =>
    new Gauge({ name: prefix + name, help, labelNames, registers, collect: async function () {
      this.reset();
      await set(this);
    } }); // prettier-ignore

  gauge('database_connections', 'Connections to the database server by state.', ['state'], (gauge) => {
    const connections = connectionsOf(get(DataSource));
    if (!connections) return;
    gauge.set({ state: 'idle' }, connections.idle);
    gauge.set({ state: 'used' }, connections.open - connections.idle);
  });
  gauge('database_waiting', 'Statements that wait for a connection to the database server.', [], (gauge) =>
    gauge.set(connectionsOf(get(DataSource))?.waiting ?? 0),
  );
  gauge('reconciler_due', 'Work that is due and not claimed.', ['reconciler'], async (gauge) => {
    for (const [reconciler, { count }] of (await counts())?.due ?? []) gauge.set({ reconciler }, count);
  });
  gauge('reconciler_oldest_due_seconds', 'Time since the oldest work became due.', ['reconciler'], async (gauge) => {
    const now = get(Clock).now().getTime();
    for (const [reconciler, { oldest }] of (await counts())?.due ?? [])
      gauge.set({ reconciler }, oldest ? Math.max(0, (now - oldest.getTime()) / 1000) : 0);
  });
  gauge('cloud_accounts', 'Cloud accounts of all tenants by status.', ['status'], async (gauge) => {
    for (const { status, count } of (await counts())?.byStatus ?? []) gauge.set({ status }, count);
  });
  gauge('cloud_account_health', 'Cloud accounts of all tenants by observed health.', ['state'], async (gauge) => {
    for (const { state, count } of (await counts())?.byHealth ?? []) gauge.set({ state }, count);
  });
  new Counter({
    name: `${prefix}cache_lookups_total`,
    help: 'Lookups in caches of this process by result.',
    labelNames: ['cache', 'result'],
    registers,
    collect() {
      this.reset();
      const caches = { api_keys: get(RecentApiKeys).lookups, encryption_keys: get(Keychain).lookups };
      for (const [cache, { hits, misses }] of Object.entries(caches)) {
        this.inc({ cache, result: 'hit' }, hits);
        this.inc({ cache, result: 'miss' }, misses);
      }
    },
  });
}

async function countNow(transactions: Transactions, accounts: CloudAccountCounts, clock: Clock): Promise<Counts> {
  const due: [string, Due][] = [];
  for (const [reconciler, entity] of Object.entries(waiting))
    due.push([reconciler, await dueIn(transactions, entity, clock.now())]);
  return { at: performance.now(), due, byStatus: await accounts.byStatus(), byHealth: await accounts.byHealth() };
}

/** Null while the database is unavailable. */
function cached(count: () => Promise<Counts>): () => Promise<Counts | null> {
  let known: Counts | undefined;
  let counting: Promise<Counts | null> | undefined;
  return async () => {
    if (known && performance.now() - known.at < kept) return known;
    counting ??= count()
      .then(
        (counts) => (known = counts),
        () => null,
      )
      .finally(() => (counting = undefined));
    return counting;
  };
}
