import { randomUUID } from 'node:crypto';
import { TenantService } from '#libs/access';
import { CloudAccountService, type CloudAccount } from '#libs/cloud-accounts';
import { DriftService } from '#libs/drift';
import { Events, type Actor } from '#libs/events';
import { addTime, Clock, UnitOfWork, type Held } from '#libs/kernel';
import { LedgerService, type ResourceReport } from '#libs/ledger';
import { Injectable } from '@nestjs/common';
import type { ProvisioningWork } from '../provisioning-work.entity.js';
import { ProvisioningWorks, type WaitingWorks } from '../provisioning-works.js';
import type { Subscription } from '../subscription.entity.js';
import { ProvisioningLeaseLost } from '../subscription.errors.js';
import { Subscriptions } from '../subscriptions.js';

/** Claimed work with its subscription, as the provisioner receives it. */
export interface ClaimedWork {
  readonly work: ProvisioningWork;
  readonly subscription: Subscription;
  readonly account: CloudAccount;
}

/** Provisioner: the holder of an API key, or the gateway itself. */
export interface Provisioner {
  readonly apiKeyId: number | null;
  readonly actor: Actor;
}

/** Proof that a provisioner has the work. */
export interface Claim {
  readonly subscriptionId: number;
  readonly claimId: string;
}

/**
 * Use cases of provisioners. They belong to the vendor, work for every tenant, and see only the work that they have
 * claimed. Every caller locks a subscription before its work.
 */
@Injectable()
export class ProvisioningService {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly works: ProvisioningWorks,
    private readonly accounts: CloudAccountService,
    private readonly tenants: TenantService,
    private readonly ledger: LedgerService,
    private readonly drift: DriftService,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /**
   * Claims work, longest waiting first. No two claims get the same work. Work whose lease has ended can be claimed
   * again. Work of suspended tenants waits.
   */
  async claim(
    by: Provisioner,
    limit: number,
    leaseSeconds: number,
    which: Pick<WaitingWorks, 'inSandbox'> = {},
  ): Promise<ClaimedWork[]> {
    const claimed: ClaimedWork[] = [];
    const exceptTenants = await this.tenants.suspendedIds();
    // Others can claim some of it in the meantime.
    for (const subscriptionId of await this.works.listWaiting(this.clock.now(), 2 * limit + 10, {
      ...which,
      exceptTenants,
    })) {
      if (claimed.length === limit) break;
      const one = await this.claimOne(by, subscriptionId, leaseSeconds);
      if (one) claimed.push(one);
    }
    return claimed;
  }

  /**
   * Stores a report on the work and its resources, and extends the lease. The answer says whether to stop.
   *
   * @param leaseSeconds null: 300 seconds, or the rest of the current lease if that is longer
   * @throws ProvisioningLeaseLost
   * @throws InvalidInput for a resource that cannot belong to the subscription
   */
  report(
    claim: Claim,
    leaseSeconds: number | null,
    said: { progress?: number; message?: string | null; resources?: readonly ResourceReport[] | null },
  ): Promise<ClaimedWork> {
    return this.unitOfWork.run(async (now) => {
      const { subscription, work } = await this.hold(claim, now);
      const usual = after(now, usualLease);
      const left = work.leaseUntil ?? usual;
      work.report(said, leaseSeconds !== null ? after(now, leaseSeconds) : left > usual ? left : usual);
      await this.works.put(subscription, work);
      const account = await this.accounts.findById(subscription.cloudAccountId);
      const resources = said.resources ?? [];
      await this.ledger.record({ subscription, account }, resources, ['input', 'resources'], now);
      if (resources.length > 0) await this.drift.watch(account, now);
      return { subscription, work, account };
    });
  }

  /**
   * Marks the work as done. Work that was to be stopped becomes TEAR_DOWN.
   *
   * @throws ProvisioningLeaseLost
   */
  complete(by: Provisioner, claim: Claim): Promise<Subscription> {
    return this.unitOfWork.run(async (now) => {
      const { subscription, work } = await this.hold(claim, now);
      if (work.isStopRequested) return this.takeDownNext(by, subscription, work, now);

      if (work.kind === 'TEAR_DOWN') subscription.end(now);
      else subscription.completeWork(now);
      await this.subscriptions.update(subscription);
      await this.works.remove(subscription);
      await this.record(done[work.kind], by, subscription, now);
      if (work.kind !== 'BUILD') await this.drift.scheduleCheck(subscription, now);
      if (!subscription.isActive) {
        await this.ledger.recordRemoval(subscription, now);
        await this.accounts.afterSubscriptionEnded(subscription, by.actor, now);
      }
      return subscription;
    });
  }

  /**
   * Marks the work as failed: the subscription becomes ERROR, and its owner has to decide. Work that was to be stopped
   * becomes TEAR_DOWN.
   *
   * @throws ProvisioningLeaseLost
   */
  fail(by: Provisioner, claim: Claim, message: string): Promise<Subscription> {
    return this.unitOfWork.run(async (now) => {
      const { subscription, work } = await this.hold(claim, now);
      if (work.isStopRequested) return this.takeDownNext(by, subscription, work, now);

      subscription.failWork(work.kind, message, now);
      await this.subscriptions.update(subscription);
      await this.works.remove(subscription);
      await this.record('SUBSCRIPTION_FAILED', by, subscription, now, { kind: work.kind });
      return subscription;
    });
  }

  private claimOne(by: Provisioner, subscriptionId: number, leaseSeconds: number): Promise<ClaimedWork | null> {
    return this.unitOfWork.run(async (now) => {
      const subscription = await this.subscriptions.holdInAllTenants(subscriptionId);
      const work = subscription && (await this.works.hold(subscription));
      if (!subscription || !work || work.isClaimedAt(now)) return null;

      const until = after(now, leaseSeconds);
      work.claim({ token: randomUUID(), apiKeyId: by.apiKeyId, until }, now);
      await this.works.put(subscription, work);
      await this.record('SUBSCRIPTION_CLAIMED', by, subscription, now, { kind: work.kind });
      return { subscription, work, account: await this.accounts.findById(subscription.cloudAccountId) };
    });
  }

  /** Locks the claimed work until the unit of work ends. @throws ProvisioningLeaseLost */
  async hold({ subscriptionId, claimId }: Claim, now: Date) {
    const subscription = await this.subscriptions.holdInAllTenants(subscriptionId);
    const work = subscription && (await this.works.hold(subscription));
    if (!subscription || !work) throw new ProvisioningLeaseLost();
    work.refuseUnlessClaimedBy(claimId, now);
    return { subscription, work };
  }

  private async takeDownNext(
    by: Provisioner,
    subscription: Held<Subscription>,
    work: ProvisioningWork,
    now: Date,
  ): Promise<Subscription> {
    work.changeKind('TEAR_DOWN', now);
    await this.works.put(subscription, work);
    await this.record('SUBSCRIPTION_STOPPED', by, subscription, now);
    return subscription;
  }

  private record(type: string, { actor }: Provisioner, subscription: Subscription, at: Date, more: object = {}) {
    const { id, tenantId, name, region, cloudAccountId } = subscription;
    const data = { name, region, cloudAccountId, ...more };
    return this.events.record({ type, tenantId, subject: ['CloudSubscription', id], actor, at, data });
  }
}

/** In seconds. */
const usualLease = 300;

const done = { BUILD: 'SUBSCRIPTION_BUILT', CHANGE: 'SUBSCRIPTION_CHANGED', TEAR_DOWN: 'SUBSCRIPTION_ENDED' } as const;

function after(now: Date, seconds: number): Date {
  return addTime(now, 1000 * seconds);
}
