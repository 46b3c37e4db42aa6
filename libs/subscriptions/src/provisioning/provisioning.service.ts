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

/** A work and what it is for, as whoever has claimed it gets them. */
export interface ClaimedWork {
  readonly work: ProvisioningWork;
  readonly subscription: Subscription;
  readonly account: CloudAccount;
}

/** Who builds: somebody with an API key, or the gateway itself. */
export interface Provisioner {
  readonly apiKeyId: number | null;
  readonly actor: Actor;
}

/** By which somebody shows that the work is theirs. */
export interface Claim {
  readonly subscriptionId: number;
  readonly claimId: string;
}

/**
 * What provisioners do: they are the vendor's, work for every tenant, and see nothing but the work they have claimed. A
 * subscription is always held before its work, by everybody.
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
   * Gives out work that nobody is at, the longest waiting first; each to one claimant, however many ask at once. Work whose
   * holder was not heard of until the lease ended is given out again. That of suspended tenants waits.
   */
  async claim(
    by: Provisioner,
    limit: number,
    leaseSeconds: number,
    which: Pick<WaitingWorks, 'inSandbox'> = {},
  ): Promise<ClaimedWork[]> {
    const claimed: ClaimedWork[] = [];
    const exceptTenants = await this.tenants.suspendedIds();
    // Some of it may be had by others before we come to it.
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
   * What its holder tells of a work and of what it has built, which also makes the lease begin anew. The answer says whether
   * to go on.
   *
   * @param leaseSeconds null for the usual ones, or the rest of the lease there is when that is longer
   * @throws ProvisioningLeaseLost
   * @throws InvalidInput for a resource that cannot be the subscription's
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
   * What was to be done is done. Of what was to be stopped the rest is to be taken down.
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
   * What was to be done cannot be done, and somebody has to decide: the subscription is in ERROR. Of what was to be stopped
   * the rest is to be taken down.
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

  /** Call it in the unit of work that needs the work to stay the claim's. @throws ProvisioningLeaseLost */
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
