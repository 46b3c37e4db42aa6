import type { BlockersFingerprint } from '#libs/cloud-accounts';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { Tag } from '#libs/iam-setup';
import type { ListedSubscription, Subscription, SubscriptionStatus } from './subscription.entity.js';
import { SubscriptionNotFound } from './subscription.errors.js';

export type SubscriptionOrderField = 'CREATED_AT';
export type OverlapOrderField = 'ADDRESS';

/** A subscription, as far as its addresses matter. */
export type Addressed = Pick<Subscription, 'id' | 'isActive' | 'deploymentCidr'>;

/** Every field given must fit. */
export interface SubscriptionFilter {
  readonly isActive?: boolean | null;
  readonly status?: readonly SubscriptionStatus[] | null;
}

/** All subscriptions, as the domain sees them: a collection. Every question but those of what is active on an account names the tenant that asks. */
export abstract class Subscriptions {
  abstract findMany(tenantId: number, ids: readonly number[]): Promise<ListedSubscription[]>;

  /** The tags of some subscriptions, by id. */
  abstract tagsOf(tenantId: number, ids: readonly number[]): Promise<ReadonlyMap<number, readonly Tag[]>>;

  abstract list(
    tenantId: number,
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<ListedSubscription>>;

  abstract count(tenantId: number, filter: SubscriptionFilter): Promise<number>;

  /** The same page of each account's list, in the order of the accounts. */
  abstract listOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<ListedSubscription>[]>;

  abstract countOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
  ): Promise<number[]>;

  /** Whether an active subscription stands on an account, whoever's it is. */
  abstract existActive(cloudAccountId: number): Promise<boolean>;

  /** The active subscriptions of a tenant on an account. */
  abstract listActive(
    cloudAccountId: number,
    tenantId: number,
    page: PageRequest<'ID'>,
  ): Promise<Page<ListedSubscription>>;

  abstract countActiveVisible(cloudAccountId: number, tenantId: number): Promise<number>;

  /** A fingerprint of the active subscriptions on each account, of all tenants, in the order of the accounts. */
  abstract fingerprintActive(cloudAccountIds: readonly number[]): Promise<BlockersFingerprint[]>;

  /** Some of the active subscriptions on an account, whoever's they are, held as `hold` does. */
  abstract holdActive(account: Held<AccountReference>, limit: number): Promise<Held<Subscription>[]>;

  /** How many active subscriptions stand on each account, whoever's they are. */
  abstract countActive(cloudAccountIds: readonly number[]): Promise<number[]>;

  /**
   * The same page of each list of a tenant's other active subscriptions that have addresses of a subscription, in the order
   * of their addresses.
   */
  abstract listOverlapping(
    tenantId: number,
    subscriptions: readonly Addressed[],
    page: PageRequest<OverlapOrderField>,
  ): Promise<Page<ListedSubscription>[]>;

  abstract countOverlapping(tenantId: number, subscriptions: readonly Addressed[]): Promise<number[]>;

  /** Whether an active subscription of a tenant has addresses of a block in a VPC. */
  abstract areAddressesTaken(tenantId: number, vpcId: string, cidr: string): Promise<boolean>;

  /** Finds a subscription of any tenant, as `hold` does: for provisioners, who work for all. */
  abstract holdInAllTenants(id: number): Promise<Held<Subscription> | null>;

  /** Finds the subscription and keeps other units of work away from it until ours ends. */
  abstract hold(tenantId: number, id: number): Promise<Held<Subscription> | null>;

  /** Gives the subscription its id. @param account on which it is active: held, so that it cannot be deleted in the meantime */
  abstract add(subscription: Subscription, account: Held<AccountReference>): Promise<Held<Subscription>>;

  abstract update(subscription: Held<Subscription>): Promise<void>;

  /** As `hold`, of a subscription that the tenant can change. @throws SubscriptionNotFound, VersionConflict */
  async holdForChange(tenantId: number, id: number, expectedVersion?: number | null): Promise<Held<Subscription>> {
    const subscription = await this.hold(tenantId, id);
    if (!subscription) throw new SubscriptionNotFound();
    subscription.refuseStaleVersion(expectedVersion);
    return subscription;
  }
}
