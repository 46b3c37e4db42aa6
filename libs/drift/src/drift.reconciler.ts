import { randomUUID } from 'node:crypto';
import { AccessRoleSessions, AwsAccessService, CredentialsRejected, type AwsAccessKey } from '#libs/aws-credentials';
import { CloudAccountHealthService, CloudAccountService, type CloudAccount } from '#libs/cloud-accounts';
import { gateway } from '#libs/events';
import { IamSetupSettings } from '#libs/iam-setup';
import {
  addTime,
  backOff,
  spread,
  Clock,
  DomainError,
  NotFound,
  Reconciler,
  Reconcilers,
  type BackgroundTask,
} from '#libs/kernel';
import { arnOfResource, idInArn, LedgerService, type LedgerPlace } from '#libs/ledger';
import { Injectable, Logger } from '@nestjs/common';
import { CloudInventory, watchedKinds, type InventoryPlace, type Tag, type WatchedKind } from './cloud-inventory.js';
import { DriftObservations, DriftCheckLost, type DriftCheck } from './drift-observations.js';
import { DriftPace } from './drift-pace.js';
import type { DriftWatch } from './drift-watch.entity.js';

/** Concurrent checks of one process. */
const concurrency = 4;

const log = new Logger('Drift');

/** Permissions that a check needs: the session policy in an access role. */
const readOnly = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: [
        'ec2:DescribeInstances',
        'ec2:DescribeVolumes',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      Resource: '*',
    },
  ],
});

/**
 * Compares the resources in each account with the ledger, when a check is due. A check reads one kind in one region
 * after the other, and keeps in memory only one page and the IDs it has seen. Several processes share the work, and
 * continue after one has stopped.
 */
@Injectable()
export class DriftReconciler implements BackgroundTask {
  private readonly stopping = new AbortController();
  private readonly stopped = new Promise<never>((_, reject) =>
    this.stopping.signal.addEventListener('abort', () => reject(new Error('The gateway is stopping.'))),
  );
  private readonly loop: Reconciler<DriftWatch>;

  constructor(
    private readonly observations: DriftObservations,
    private readonly inventory: CloudInventory,
    private readonly ledger: LedgerService,
    private readonly accounts: CloudAccountService,
    private readonly health: CloudAccountHealthService,
    private readonly access: AwsAccessService,
    private readonly sessions: AccessRoleSessions,
    private readonly settings: IamSetupSettings,
    private readonly pace: DriftPace,
    private readonly clock: Clock,
    reconcilers: Reconcilers,
  ) {
    this.loop = new Reconciler({
      name: 'drift',
      claim: (limit) => this.observations.claimDue(limit),
      step: (claimed) => this.check(claimed),
      onFault: (fault) => log.error(fault),
      concurrency,
      everyMs: this.pace.look,
    });
    this.stopped.catch(() => undefined);
    reconcilers.add(this);
  }

  start(): void {
    this.loop.start();
  }

  /** Does not wait for AWS: unfinished checks are returned, and their results are discarded. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop.stop();
  }

  get isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Looks for due checks immediately. */
  nudge(): void {
    this.loop.nudge();
  }

  private async check(claimed: DriftWatch): Promise<void> {
    try {
      const check = await this.observations.begin(claimed);
      const codes = await Promise.race([this.checkAll(check), this.stopped]);
      const failures = codes.length > 0 ? claimed.consecutiveFailures + 1 : 0;
      await this.observations.conclude(check, codes, this.nextAfter(failures));
    } catch (error) {
      // Or the account was deleted in the meantime.
      if (error instanceof DriftCheckLost || error instanceof NotFound) return;
      if (!this.isStopping) throw error;
      await this.observations.releaseLease(claimed);
    }
  }

  /** @returns reasons why the check was incomplete; empty when it was complete */
  private async checkAll(check: DriftCheck): Promise<string[]> {
    const { tenantId, cloudAccountId } = check.claimed;
    const account = await this.accounts.findById(cloudAccountId);
    const codes = new Set<string>();
    try {
      const key = await this.keyOf(account, tenantId);
      if (!key) return ['NO_CREDENTIALS'];
      for (const place of await this.ledger.listPlaces(cloudAccountId)) {
        if (!isWatched(place.kind)) continue;
        await this.checkKind(check, account, { ...place, kind: place.kind }, key).catch((error: unknown) => {
          // One region can be disabled, or one kind forbidden. The others are still checked.
          codes.add(this.codeOf(error, account));
        });
        if (codes.has('AWS_THROTTLED')) break;
      }
    } catch (error) {
      codes.add(this.codeOf(error, account));
    }
    return [...codes];
  }

  /** Null when the account has no credentials. */
  private async keyOf(account: CloudAccount, tenantId: number): Promise<AwsAccessKey | null> {
    const operationId = randomUUID();
    const use = { actor: gateway, purpose: 'DRIFT_CHECK', operationId } as const;
    const way = await this.access.reveal(tenantId, account.id, use);
    if (!way) return null;
    return way.match<AwsAccessKey | Promise<AwsAccessKey>>({
      accessKey: (key) => key,
      accessRole: async (role) => (await this.sessions.begin(role, account.region, operationId, readOnly)).key,
    });
  }

  private async checkKind(
    check: DriftCheck,
    account: CloudAccount,
    { region, kind }: LedgerPlace & { readonly kind: WatchedKind },
    key: AwsAccessKey,
  ): Promise<void> {
    const place: InventoryPlace = { key, region };
    const tag: Tag = { key: this.settings.tagKey, value: this.settings.vendorName };
    const arnOf = (id: string) => arnOfResource({ region, awsAccountId: account.awsAccountId }, kind, id);
    const met = new Set<number>();

    let askedAt = this.clock.now();
    for await (const page of this.inventory.tagged(place, kind, tag)) {
      const observations = page.map((seen) => ({ arn: arnOf(seen.id), seen, isTagged: true }));
      for (const id of await this.observations.note(check, observations, askedAt)) met.add(id);
      this.refuseAfterStop(check);
      askedAt = this.clock.now();
    }

    for (let afterId = 0; ;) {
      const expected = await this.ledger.listRemainingAt(account.id, { region, kind }, afterId, CloudInventory.mostIds);
      if (expected.length === 0) return;
      afterId = expected.at(-1)!.id;
      const missing = expected.filter(({ id }) => !met.has(id));
      if (missing.length === 0) continue;

      // Not among the tagged resources: either its tag was removed, or the resource.
      const since = this.clock.now();
      const ids = missing.map(({ arn }) => idInArn(arn));
      const found = new Map((await this.inventory.withIds(place, kind, ids)).map((seen) => [arnOf(seen.id), seen]));
      const observations = missing.map(({ arn }) => ({ arn, seen: found.get(arn) ?? null, isTagged: false }));
      await this.observations.note(check, observations, since);
      this.refuseAfterStop(check);
    }
  }

  private refuseAfterStop({ startedAt }: DriftCheck): void {
    if (this.isStopping) throw new DriftCheckLost();
    if (this.clock.now().getTime() - startedAt.getTime() > this.pace.longestCheck) throw new CheckTooLong();
  }

  private codeOf(error: unknown, { id }: CloudAccount): string {
    if (error instanceof DriftCheckLost || this.isStopping) throw error;
    if (error instanceof CheckTooLong) return 'CHECK_TOO_LONG';
    if (!(error instanceof DomainError)) throw error;
    const isRefusal = error instanceof CredentialsRejected && error.awsErrorCode !== null;
    if (isRefusal && error.code !== 'AWS_THROTTLED')
      void this.health.suspect(id).catch((fault: unknown) => log.error(fault));
    return error.code;
  }

  /**
   * Soon after an incomplete check, later after each further one. Varied, so that accounts are checked at different
   * times.
   */
  private nextAfter(failures: number): Date {
    const { every } = this.pace;
    return addTime(this.clock.now(), failures === 0 ? spread(every) : backOff(failures, every / 30, every));
  }
}

class CheckTooLong extends Error {}

const isWatched = (kind: string): kind is WatchedKind => (watchedKinds as readonly string[]).includes(kind);
