import type { Viewer } from '#libs/access';
import { partitionOf } from '#libs/aws-credentials';
import { CloudAccountService, type CloudAccount } from '#libs/cloud-accounts';
import { Events } from '#libs/events';
import type { Remember } from '#libs/idempotency';
import { UnitOfWork, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { Subscription } from './subscription.entity.js';
import { RegionInAnotherPartition, SubscriptionNotFound } from './subscription.errors.js';
import { Subscriptions, type SubscriptionFilter, type SubscriptionOrderField } from './subscriptions.js';

/** What can be done with subscriptions, and under which rules. */
@Injectable()
export class SubscriptionService {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly accounts: CloudAccountService,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  async find(viewer: Viewer, id: number): Promise<Subscription | null> {
    const [found] = await this.findMany(viewer, [id]);
    return found ?? null;
  }

  findMany({ tenantId }: Viewer, ids: readonly number[]): Promise<Subscription[]> {
    return this.subscriptions.findMany(tenantId, ids);
  }

  list(
    { tenantId }: Viewer,
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<Subscription>> {
    return this.subscriptions.list(tenantId, filter, page);
  }

  count({ tenantId }: Viewer, filter: SubscriptionFilter): Promise<number> {
    return this.subscriptions.count(tenantId, filter);
  }

  listOfAccounts(
    { tenantId }: Viewer,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<Subscription>[]> {
    return this.subscriptions.listOfAccounts(tenantId, cloudAccountIds, filter, page);
  }

  countOfAccounts(
    { tenantId }: Viewer,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
  ): Promise<number[]> {
    return this.subscriptions.countOfAccounts(tenantId, cloudAccountIds, filter);
  }

  /**
   * A new subscription in an account. The account is held meanwhile, so that it cannot be deleted under it.
   *
   * @param remember writes the answer down with the effect, for a caller who may ask again
   * @throws CloudAccountNotFound, CloudAccountNotActive, CloudAccountBroken, UnknownRegion, RegionInAnotherPartition
   */
  create(
    viewer: Viewer,
    { cloudAccountId, name, region }: { cloudAccountId: number; name: string; region: string },
    remember: Remember<Subscription>,
  ): Promise<Subscription> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.hold(viewer, cloudAccountId, ['input', 'cloudAccountId']);
      account.refuseSubscriptions(await this.accounts.healthOf(account));
      account.refuseForeignRegion(region);
      refuseAnotherPartition(account, region);

      const subscription = Subscription.create({ tenantId: viewer.tenantId, cloudAccountId, name, region }, now);
      await this.subscriptions.add(subscription);
      await this.record('SUBSCRIPTION_CREATED', viewer, subscription, now);
      await remember(subscription);
      return subscription;
    });
  }

  /** @throws SubscriptionNotFound, VersionConflict, SubscriptionAlreadyEnded */
  delete(viewer: Viewer, id: number, expectedVersion?: number | null): Promise<Subscription> {
    return this.unitOfWork.run(async (now) => {
      const subscription = await this.subscriptions.hold(viewer.tenantId, id);
      if (!subscription) throw new SubscriptionNotFound();
      subscription.refuseOtherVersionThan(expectedVersion);

      subscription.end(now);
      await this.subscriptions.update(subscription);
      await this.record('SUBSCRIPTION_ENDED', viewer, subscription, now);
      await this.accounts.afterSubscriptionEnded(viewer, subscription.cloudAccountId, now);
      return subscription;
    });
  }

  private record(type: string, { actor }: Viewer, subscription: Subscription, at: Date): Promise<void> {
    const { id, tenantId, name, region, cloudAccountId } = subscription;
    const data = { name, region, cloudAccountId };
    return this.events.record({ type, tenantId, subject: ['CloudSubscription', id], actor, at, data });
  }
}

function refuseAnotherPartition(account: CloudAccount, region: string): void {
  if (account.provider === 'AWS' && partitionOf(region) !== partitionOf(account.region))
    throw new RegionInAnotherPartition();
}
