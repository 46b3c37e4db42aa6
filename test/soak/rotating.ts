import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { TenantService, Viewer } from '#libs/access';
import {
  AwsAccessKey,
  AccessKeyStore,
  AwsIam,
  AccessKeyRotationService,
  type RotationPace,
} from '#libs/aws-credentials';
import { CloudAccountService, ConnectionService } from '#libs/cloud-accounts';
import { Transactions } from '#libs/database';
import { operator } from '#libs/events';
import { IamSetupModule } from '#libs/iam-setup';
import { Clock, Reconcilers, Secret, UnitOfWork } from '#libs/kernel';
import { NestFactory } from '@nestjs/core';
import type { Provider } from '@nestjs/common';
import { readConfig } from '../../src/config.js';
import { prepareDatabase } from '../../src/database/prepare-database.js';
import { DomainWiringModule } from '../../src/domain-wiring.module.js';
import { PlatformModule } from '../../src/platform.module.js';

/**
 * A gateway without its server, in its own process, that finishes interrupted work, starts rotations, and can kill
 * itself before or after any call to AWS and any commit. The variable ROTATING has its instructions as JSON. It prints
 * one line of JSON for each result.
 *
 * Runs the built code, like the other soaks, in one bundle with it (`rotating.rolldown.mjs`). The product does not know
 * about this: other providers in place of AwsIam and Transactions watch the calls and the commits.
 */
export interface RotatingOptions {
  readonly folder: string;
  readonly databaseUrl?: string | undefined;
  readonly sandboxUrl: string;
  /** Account parts of the access keys: `R0`. */
  readonly accounts: readonly string[];
  /** Number of the point at which to die, counted from the first call of the first rotation. Null: never. */
  readonly killAt: number | null;
  /** Whether to start rotations after everything is finished, or only to finish. */
  readonly begins: boolean;
  /** Wrong order of the steps, on purpose. */
  readonly naive?: 'switch before it works' | 'delete before the switch';
}

/** Short times instead of minutes, with the same proportions where they matter. */
const pace: Partial<RotationPace> = {
  grace: 60,
  orphanGrace: 60,
  propagation: 4000,
  settling: 60,
  overlap: 20,
  retry: 20,
  longestRetry: 100,
  lease: 600,
  look: 20,
};

const options = JSON.parse(process.env['ROTATING']!) as RotatingOptions;
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const complain = (violation: string, rows?: object[]) => {
  say({ violation, rows });
  // A wrong order of the steps was detected: nothing else needs to be checked.
  if (options.naive) process.exit(0);
};

let points = 0;
let armedFrom = Infinity;
const pass = (point: string) => {
  if (++points - armedFrom !== options.killAt) return;
  process.stdout.write(`${JSON.stringify({ killedAt: point })}\n`, () => process.kill(process.pid, 'SIGKILL'));
  // Nothing else happens here while the operating system ends the process.
  return new Promise<never>(() => undefined);
};

/** Passes a point before and after each call. */
function watched(aws: AwsIam): AwsIam {
  return new Proxy(aws, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || name === 'constructor') return method;
      return async (...args: unknown[]) => {
        await pass(`before ${String(name)}`);
        const answer: unknown = await method.apply(target, args);
        await pass(`after ${String(name)}`);
        return answer;
      };
    },
  });
}

async function start() {
  const { databaseUrl, folder } = options;
  const location = databaseUrl ? { url: databaseUrl } : { file: join(folder, 'gateway.sqlite') };
  const { dataSource, keks } = await prepareDatabase(location, join(folder, 'key-ring.json'));
  const endpoints = { sandbox: options.sandboxUrl, timeoutMs: 3000 };
  const gatewayIdentity = { arn: null, timeoutMs: 3000 };
  const platform = PlatformModule.of({ dataSource, keks, endpoints, gatewayIdentity, rotationPace: pace });

  class WatchedTransactions extends Transactions {
    private inside = false;

    override async run<T>(work: (now: Date) => Promise<T>): Promise<T> {
      if (this.inside || points < armedFrom) return super.run(work);
      const result = await super.run(async (now) => {
        this.inside = true;
        try {
          return await work(now);
        } finally {
          this.inside = false;
          await pass('before commit');
        }
      });
      await pass('after commit');
      return result;
    }
  }
  const providers = (platform.providers as Exclude<Provider, new () => unknown>[]).map((provider) => {
    if (provider.provide === Transactions) {
      const useFactory = (clock: Clock) => new WatchedTransactions(dataSource, clock);
      return { provide: Transactions, inject: [Clock], useFactory };
    }
    if (provider.provide !== AwsIam) return provider;
    return { provide: AwsIam, useFactory: () => watched((provider as { useFactory: () => AwsIam }).useFactory()) };
  });
  class Rotating {}
  const iamSetup = IamSetupModule.of(readConfig({}).iamSetup);
  const app = await NestFactory.createApplicationContext(
    { module: Rotating, imports: [{ ...platform, providers: providers as Provider[] }, iamSetup, DomainWiringModule] },
    { logger: ['error', 'warn'], abortOnError: false },
  );
  return {
    app,
    dataSource,
    get: <T>(token: abstract new (...args: never[]) => T): T => app.get(token as never, { strict: false }),
  };
}

const isNew = !existsSync(join(options.folder, 'key-ring.json'));
const { dataSource, get } = await start();
if (isNew) await get(TenantService).createFirst({ tenant: 'First tenant', key: 'First key' });
const viewer = new Viewer(2, 2, 'Soak', 'OWNER', false);
const ids = await accounts();
await tellWhatWorks('after the kill');

if (options.naive) mutate(options.naive);
get(Reconcilers).start();
if (!(await finished(15_000))) complain('a rotation is stuck after a restart', await open());
else if (!options.naive) await tellWhatIsLeft();
if (options.begins) {
  armedFrom = points;
  await Promise.all(ids.map((id) => begin(id)));
  if (!(await finished(30_000))) complain('a rotation does not end', await open());
  await tellWhatWorks('at the end');
  await tellWhatIsLeft();
}
say({ points: points - armedFrom });
process.exit(0);

/** Accounts, created by the first process. */
async function accounts(): Promise<number[]> {
  const there: { id: number }[] = await dataSource.query('SELECT id FROM cloud_account WHERE id > 1000 ORDER BY id');
  if (there.length > 0) return there.map(({ id }) => Number(id));
  const made: number[] = [];
  for (const part of options.accounts) {
    const key = new AwsAccessKey(`AKIASANDBOXWORKS${part}U1`, new Secret('sandbox/secret/is/the/same/for/every/key'));
    const input = {
      name: `Account ${part}`,
      provider: 'AWS',
      region: 'us-east-1',
      access: key,
      consoleRoleName: 'console-role',
    } as const;
    made.push((await get(ConnectionService).create(viewer, input, async () => undefined)).id);
  }
  return made;
}

async function begin(id: number): Promise<void> {
  const account = (await get(CloudAccountService).find(viewer, id))!;
  await get(AccessKeyRotationService).refuseUnlessPossible(account, operator);
  await get(UnitOfWork).run(async (now) =>
    get(AccessKeyRotationService).begin(await get(CloudAccountService).hold(viewer, id), operator, now),
  );
}

async function open(): Promise<object[]> {
  return dataSource.query('SELECT cloud_account_id, state, step, last_fault FROM key_rotation WHERE ended_at IS NULL');
}

async function finished(patience: number): Promise<boolean> {
  const end = Date.now() + patience;
  while ((await open()).length > 0) {
    if (Date.now() > end) return false;
    await wait(20);
  }
  return true;
}

/** Tries every stored access key in AWS. */
async function tellWhatWorks(when: string): Promise<void> {
  for (const id of ids) {
    const key = await current(id);
    const works =
      key &&
      (await get(AwsIam)
        .identityOf(key, 'us-east-1')
        .then(Boolean, () => false));
    if (!works) complain(`account ${id} has no working key ${when}`);
  }
  say({ looked: ids.length });
}

async function tellWhatIsLeft(): Promise<void> {
  for (const id of ids) {
    const key = await current(id);
    const listed =
      key &&
      (await get(AwsIam)
        .accessKeys(key, 'us-east-1')
        .catch(() => null));
    if (listed?.keys.length !== 1) complain(`account ${id} has ${listed?.keys.length} keys at AWS in the end`);
    const slots = await get(AccessKeyStore).listSlots(viewer.tenantId, id);
    if (slots.length !== 1) complain(`account ${id} has ${slots.length} keys stored in the end`);
  }
}

function current(id: number): Promise<AwsAccessKey | null> {
  const use = { actor: operator, purpose: 'VERIFICATION', operationId: randomUUID() } as const;
  return get(AccessKeyStore).reveal(viewer.tenantId, id, 'CURRENT', use);
}

/** The same steps in the naive order. */
function mutate(naive: NonNullable<RotatingOptions['naive']>): void {
  const rotator = (get(Reconcilers) as any).loops.map((loop: any) => loop.rotator).find(Boolean);
  if (naive === 'switch before it works') {
    rotator.prove = ({ rotation, account: { tenantId, id } }: any) =>
      rotator.journal.write(rotation, async (fresh: any, _: unknown, now: Date) => {
        await rotator.credentials.switchToCandidate(tenantId, id, now);
        fresh.moveToStep('DEACTIVATE_OLD', now);
      });
    return;
  }
  const prove = rotator.prove.bind(rotator);
  rotator.prove = async (situation: any) => {
    const acting = await rotator.acting(situation);
    await rotator.aws.deleteAccessKey(acting, situation.account.region, situation.rotation.oldKeyId);
    return prove(situation);
  };
}
