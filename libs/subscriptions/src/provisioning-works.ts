import type { Held } from '#libs/kernel';
import type { ProvisioningWork } from './provisioning-work.entity.js';

/** Filter for unclaimed work. */
export interface WaitingWorks {
  /** Only work in accounts of the sandbox. */
  readonly inSandbox?: boolean;
  /** No work of these tenants. */
  readonly exceptTenants?: readonly number[];
}

/** Subscription that the work is for. */
export interface SubscriptionReference {
  readonly id: number;
}

/** Collection of all provisioning work. Lock the subscription before its work. */
export abstract class ProvisioningWorks {
  abstract findBySubscriptions(subscriptionIds: readonly number[]): Promise<ProvisioningWork[]>;

  /** Finds and locks the work until the unit of work ends. */
  abstract hold(subscription: Held<SubscriptionReference>): Promise<ProvisioningWork | null>;

  /** Subscriptions with unclaimed work, longest waiting first. */
  abstract listWaiting(now: Date, limit: number, which?: WaitingWorks): Promise<number[]>;

  /** Subscriptions of an account whose work is claimed or was interrupted. */
  abstract listSubscriptionsInChange(cloudAccountId: number): Promise<number[]>;

  /** Stores the first work of a new subscription. */
  abstract add(subscription: Held<SubscriptionReference>, work: ProvisioningWork): Promise<void>;

  /** Stores the work. Replaces the existing one of the subscription. */
  abstract put(subscription: Held<SubscriptionReference>, work: ProvisioningWork): Promise<void>;

  abstract remove(subscription: Held<SubscriptionReference>): Promise<void>;
}
