import type { Held } from '#libs/kernel';
import type { ProvisioningWork } from './provisioning-work.entity.js';

/** Which works. */
export interface WaitingWorks {
  /** Only those in accounts of the sandbox. */
  readonly inSandbox?: boolean;
  /** None of these tenants. */
  readonly exceptTenants?: readonly number[];
}

/** The subscription that a work is for. */
export interface SubscriptionReference {
  readonly id: number;
}

/** Everything that provisioners have to do, as the domain sees it: a collection. A work is held after its subscription. */
export abstract class ProvisioningWorks {
  abstract findBySubscriptions(subscriptionIds: readonly number[]): Promise<ProvisioningWork[]>;

  /** Finds the work and keeps other units of work away from it until ours ends. */
  abstract hold(subscription: Held<SubscriptionReference>): Promise<ProvisioningWork | null>;

  /** The subscriptions whose work nobody is at, the longest waiting first. */
  abstract listWaiting(now: Date, limit: number, which?: WaitingWorks): Promise<number[]>;

  /** The subscriptions of an account that somebody is at work for, or has left half done. */
  abstract listSubscriptionsInChange(cloudAccountId: number): Promise<number[]>;

  /** In the place of the one the subscription has, if any. */
  abstract put(subscription: Held<SubscriptionReference>, work: ProvisioningWork): Promise<void>;

  abstract remove(subscription: Held<SubscriptionReference>): Promise<void>;
}
