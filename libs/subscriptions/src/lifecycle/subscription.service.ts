import type { Viewer } from '#libs/access';
import { partitionOf } from '#libs/aws-credentials';
import { CloudAccountService, type CloudAccount } from '#libs/cloud-accounts';
import { Events } from '#libs/events';
import type { Remember } from '#libs/idempotency';
import { faultInVendorsTags, IamSetupSettings, RegionInAnotherPartition, type Tag } from '#libs/iam-setup';
import { Clock, InvalidField, InvalidInput, UnitOfWork, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ProvisioningWork } from '../provisioning-work.entity.js';
import { ProvisioningWorks } from '../provisioning-works.js';
import {
  Subscription,
  type ListedSubscription,
  type NewSubscription,
  type SubscriptionChange,
} from '../subscription.entity.js';
import { DeploymentCidrTaken, VpcNotSupported } from '../subscription.errors.js';
import {
  Subscriptions,
  type OverlapOrderField,
  type SubscriptionFilter,
  type SubscriptionOrderField,
} from '../subscriptions.js';

/** Use cases of subscriptions, and the rules for them. */
@Injectable()
export class SubscriptionService {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly works: ProvisioningWorks,
    private readonly accounts: CloudAccountService,
    private readonly settings: IamSetupSettings,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** @param properties only those that are read, see `PageRequest.properties` */
  async find({ tenantId }: Viewer, id: number, properties?: readonly string[]): Promise<ListedSubscription | null> {
    const [found] = await this.subscriptions.findMany(tenantId, [id], properties);
    return found ?? null;
  }

  findMany({ tenantId }: Viewer, ids: readonly number[]): Promise<ListedSubscription[]> {
    return this.subscriptions.findMany(tenantId, ids);
  }

  /** Tags of subscriptions of the viewer's tenant, in the order of the IDs. */
  async tagsOf({ tenantId }: Viewer, ids: readonly number[]): Promise<(readonly Tag[])[]> {
    const tags = await this.subscriptions.tagsOf(tenantId, ids);
    return ids.map((id) => tags.get(id) ?? []);
  }

  list(
    { tenantId }: Viewer,
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<ListedSubscription>> {
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
  ): Promise<Page<ListedSubscription>[]> {
    return this.subscriptions.listOfAccounts(tenantId, cloudAccountIds, filter, page);
  }

  countOfAccounts(
    { tenantId }: Viewer,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
  ): Promise<number[]> {
    return this.subscriptions.countOfAccounts(tenantId, cloudAccountIds, filter);
  }

  /** Provisioning work of subscriptions that the viewer has read. */
  listWork(subscriptionIds: readonly number[]): Promise<ProvisioningWork[]> {
    return this.works.findBySubscriptions(subscriptionIds);
  }

  /** Whether a provisioner has the work now. */
  isClaimed(work: ProvisioningWork): boolean {
    return work.isClaimedAt(this.clock.now());
  }

  /** For each subscription, the same page of the viewer's other active subscriptions with overlapping addresses. */
  listOverlapping(
    { tenantId }: Viewer,
    subscriptions: readonly ListedSubscription[],
    page: PageRequest<OverlapOrderField>,
  ): Promise<Page<ListedSubscription>[]> {
    return this.subscriptions.listOverlapping(tenantId, subscriptions, page);
  }

  countOverlapping({ tenantId }: Viewer, subscriptions: readonly ListedSubscription[]): Promise<number[]> {
    return this.subscriptions.countOverlapping(tenantId, subscriptions);
  }

  /**
   * Creates a subscription in an account, with provisioning work. Locks the account, so that it cannot be deleted and
   * no concurrent call takes the same addresses.
   *
   * @param remember stores the answer with the change, for repeated requests
   * @throws CloudAccountNotFound, CloudAccountNotActive, CloudAccountDeletionScheduled, CloudAccountBroken,
   * UnknownRegion, RegionInAnotherPartition, VpcNotSupported, DeploymentCidrTaken
   */
  async create(
    viewer: Viewer,
    details: Omit<NewSubscription, 'tenantId'>,
    remember: Remember<Subscription>,
  ): Promise<Subscription> {
    const { cloudAccountId, region, vpcId } = details;
    this.refuseVendorsTags(details.tags);
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.hold(viewer, cloudAccountId, ['input', 'cloudAccountId']);
      account.refuseNewSubscription(await this.accounts.healthOf(account));
      account.refuseUnknownRegion(region);
      refuseAnotherPartition(account, region);
      if (vpcId && account.provider !== 'AWS') throw new VpcNotSupported();

      const wanted = Subscription.create({ ...details, tenantId: viewer.tenantId }, now);
      await this.refuseTakenAddresses(account, wanted);
      const subscription = await this.subscriptions.add(wanted, account);
      await this.works.add(subscription, ProvisioningWork.create(subscription.id, 'BUILD', now));
      await this.record('SUBSCRIPTION_CREATED', viewer, subscription, now);
      await remember(subscription);
      return subscription;
    });
  }

  /**
   * Renames the subscription, or changes its configuration, for which it creates provisioning work. Does nothing if
   * nothing would change.
   *
   * @throws SubscriptionNotFound, VersionConflict, SubscriptionAlreadyEnded, SubscriptionBeingDeleted,
   * SubscriptionInError, SubscriptionBusy
   */
  async update(viewer: Viewer, id: number, expectedVersion: number, change: SubscriptionChange): Promise<Subscription> {
    this.refuseVendorsTags(change.tags);
    return this.unitOfWork.run(async (now) => {
      const subscription = await this.subscriptions.holdForChange(viewer.tenantId, id, expectedVersion);
      subscription.refuseChange();
      if (subscription.isUnchangedBy(change)) return subscription;

      const isToBeChanged = subscription.change(change, await this.works.hold(subscription), now);
      await this.subscriptions.update(subscription);
      if (isToBeChanged) await this.works.put(subscription, ProvisioningWork.create(id, 'CHANGE', now));
      await this.record('SUBSCRIPTION_UPDATED', viewer, subscription, now);
      return subscription;
    });
  }

  /**
   * Ends a subscription immediately if no provisioner has started to build it. Otherwise a provisioner first removes
   * its resources. A provisioner that is working on it is asked to stop.
   *
   * @throws SubscriptionNotFound, VersionConflict, SubscriptionAlreadyEnded, SubscriptionBeingDeleted
   */
  delete(viewer: Viewer, id: number, expectedVersion?: number | null): Promise<Subscription> {
    return this.unitOfWork.run(async (now) => {
      const subscription = await this.subscriptions.holdForChange(viewer.tenantId, id, expectedVersion);
      const work = await this.works.hold(subscription);

      const hasEnded = subscription.requestEnd(work, now);
      await this.subscriptions.update(subscription);
      if (hasEnded) {
        await this.works.remove(subscription);
        await this.record('SUBSCRIPTION_ENDED', viewer, subscription, now);
        await this.accounts.afterSubscriptionEnded(subscription, viewer.actor, now);
      } else {
        await this.works.put(subscription, toBeTakenDown(id, work, now));
        await this.record('SUBSCRIPTION_DELETION_REQUESTED', viewer, subscription, now);
      }
      return subscription;
    });
  }

  /**
   * Creates provisioning work for the failed step again.
   *
   * @throws SubscriptionNotFound, VersionConflict, SubscriptionAlreadyEnded, SubscriptionNotInError
   */
  retry(viewer: Viewer, id: number, expectedVersion?: number | null): Promise<Subscription> {
    return this.unitOfWork.run(async (now) => {
      const subscription = await this.subscriptions.holdForChange(viewer.tenantId, id, expectedVersion);

      const kind = subscription.retry(now);
      await this.subscriptions.update(subscription);
      await this.works.put(subscription, ProvisioningWork.create(id, kind, now, 1));
      await this.record('SUBSCRIPTION_RETRIED', viewer, subscription, now);
      return subscription;
    });
  }

  /** @throws InvalidInput */
  private refuseVendorsTags(tags: readonly Tag[] | null | undefined): void {
    const fault = faultInVendorsTags(tags ?? [], this.settings.tagKey);
    if (fault) throw new InvalidInput([new InvalidField(['input', 'tags'], `The tags ${fault}.`)]);
  }

  /** Only within one VPC of the customer. Otherwise, overlapping networks merely cannot be connected. */
  private async refuseTakenAddresses(_account: Held<CloudAccount>, subscription: Subscription): Promise<void> {
    const { tenantId, vpcId, deploymentCidr } = subscription;
    if (vpcId === null || deploymentCidr === null) return;
    if (await this.subscriptions.areAddressesTaken(tenantId, vpcId, deploymentCidr)) throw new DeploymentCidrTaken();
  }

  private record(type: string, { actor }: Viewer, subscription: Subscription, at: Date): Promise<void> {
    const { id, tenantId, name, region, cloudAccountId } = subscription;
    const data = { name, region, cloudAccountId };
    return this.events.record({ type, tenantId, subject: ['CloudSubscription', id], actor, at, data });
  }
}

function refuseAnotherPartition(account: CloudAccount, region: string): void {
  if (account.provider === 'AWS' && partitionOf(region) !== partitionOf(account.region))
    throw new RegionInAnotherPartition('account');
}

/** Asks the current provisioner to stop, or creates work to remove the resources if there is none. */
function toBeTakenDown(subscriptionId: number, work: ProvisioningWork | null, now: Date): ProvisioningWork {
  if (work === null) return ProvisioningWork.create(subscriptionId, 'TEAR_DOWN', now, 1);
  if (work.isClaimedAt(now)) work.requestStop(now);
  else work.changeKind('TEAR_DOWN', now);
  return work;
}
