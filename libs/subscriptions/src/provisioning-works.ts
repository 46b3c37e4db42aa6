import type { ProvisioningWork } from './provisioning-work.entity.js';

/** Which works. */
export interface WaitingWorks {
  /** Only those in accounts of the sandbox. */
  readonly inSandbox?: boolean;
}

/** Everything that provisioners have to do, as the domain sees it: a collection. Hold the subscription before its work. */
export abstract class ProvisioningWorks {
  abstract ofSubscriptions(subscriptionIds: readonly number[]): Promise<ProvisioningWork[]>;

  /** Finds the work and keeps other units of work away from it until ours ends. */
  abstract hold(subscriptionId: number): Promise<ProvisioningWork | null>;

  /** The subscriptions whose work nobody is at, the longest waiting first. */
  abstract waiting(now: Date, limit: number, which?: WaitingWorks): Promise<number[]>;

  /** The subscriptions of an account that somebody is at work for, or has left half done. */
  abstract inChange(cloudAccountId: number): Promise<number[]>;

  /** Writes a held work, or a new one. */
  abstract put(work: ProvisioningWork): Promise<void>;

  abstract remove(subscriptionId: number): Promise<void>;
}
