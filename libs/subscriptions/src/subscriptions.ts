import type { BlockersFingerprint } from '#libs/cloud-accounts';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { Tag } from '#libs/iam-setup';
import type { ListedSubscription, Subscription, SubscriptionStatus } from './subscription.entity.js';
import { SubscriptionNotFound } from './subscription.errors.js';

export type SubscriptionOrderField = 'CREATED_AT';
export type OverlapOrderField = 'ADDRESS';

/** Subscription with its addresses. */
export type Addressed = Pick<Subscription, 'id' | 'isActive' | 'deploymentCidr'>;

/** A subscription must match every given field. */
export interface SubscriptionFilter {
  readonly isActive?: boolean | null;
  readonly status?: readonly SubscriptionStatus[] | null;
}

/**
 * Collection of all subscriptions. Every query names its tenant, except those for the active subscriptions of an
 * account.
 */
export abstract class Subscriptions {
  /** @param properties only those that are read, see `PageRequest.properties` */
  abstract findMany(
    tenantId: number,
    ids: readonly number[],
    properties?: readonly string[],
  ): Promise<ListedSubscription[]>;

  /** Tags by subscription ID. */
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

  /** Whether an account has an active subscription, of any tenant. */
  abstract existActive(cloudAccountId: number): Promise<boolean>;

  /** Active subscriptions of a tenant in an account. */
  abstract listActive(
    cloudAccountId: number,
    tenantId: number,
    page: PageRequest<'ID'>,
  ): Promise<Page<ListedSubscription>>;

  abstract countActiveVisible(cloudAccountId: number, tenantId: number): Promise<number>;

  /** Fingerprint of the active subscriptions of each account, of all tenants, in the order of the accounts. */
  abstract fingerprintActive(cloudAccountIds: readonly number[]): Promise<BlockersFingerprint[]>;

  /** Up to `limit` active subscriptions in an account, of any tenant, locked as by `hold`. */
  abstract holdActive(account: Held<AccountReference>, limit: number): Promise<Held<Subscription>[]>;

  /** Number of active subscriptions of each account, of all tenants. */
  abstract countActive(cloudAccountIds: readonly number[]): Promise<number[]>;

  /**
   * For each subscription, the same page of the tenant's other active subscriptions with overlapping addresses, sorted
   * by address.
   */
  abstract listOverlapping(
    tenantId: number,
    subscriptions: readonly Addressed[],
    page: PageRequest<OverlapOrderField>,
  ): Promise<Page<ListedSubscription>[]>;

  abstract countOverlapping(tenantId: number, subscriptions: readonly Addressed[]): Promise<number[]>;

  /** Whether an active subscription of a tenant has overlapping addresses in a VPC. */
  abstract areAddressesTaken(tenantId: number, vpcId: string, cidr: string): Promise<boolean>;

  /** Finds and locks a subscription of any tenant, for provisioners. */
  abstract holdInAllTenants(id: number): Promise<Held<Subscription> | null>;

  /** Finds and locks the subscription until the unit of work ends. */
  abstract hold(tenantId: number, id: number): Promise<Held<Subscription> | null>;

  /**
   * Stores a new subscription and assigns its ID. @param account locked, so that it cannot be deleted in the meantime
   */
  abstract add(subscription: Subscription, account: Held<AccountReference>): Promise<Held<Subscription>>;

  abstract update(subscription: Held<Subscription>): Promise<void>;

  /** Like `hold`, for a subscription that the tenant can change. @throws SubscriptionNotFound, VersionConflict */
  async holdForChange(tenantId: number, id: number, expectedVersion?: number | null): Promise<Held<Subscription>> {
    const subscription = await this.hold(tenantId, id);
    if (!subscription) throw new SubscriptionNotFound();
    subscription.refuseStaleVersion(expectedVersion);
    return subscription;
  }
}
