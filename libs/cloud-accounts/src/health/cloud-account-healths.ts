import type { AccountReference, Held } from '#libs/kernel';
import type { CloudAccountHealth } from './cloud-account-health.entity.js';

/** What is known of the health of every account that was ACTIVE once. It goes with its account. */
export abstract class CloudAccountHealths {
  /** Of accounts that the asking tenant was found to see. */
  abstract ofAccounts(cloudAccountIds: readonly number[]): Promise<CloudAccountHealth[]>;

  /** No other unit of work changes it before this one ends, except when a lease expires. */
  abstract hold(account: Held<AccountReference>): Promise<Held<CloudAccountHealth> | null>;

  abstract add(health: CloudAccountHealth): Promise<Held<CloudAccountHealth>>;

  abstract update(health: Held<CloudAccountHealth>): Promise<void>;

  /** Takes at most so many that are due until `until`, no two of them of one AWS account that is being asked. */
  abstract claimDue(now: Date, until: Date, limit: number): Promise<CloudAccountHealth[]>;

  /** Lets go of one that was claimed, and is due at `nextAttemptAt`, unless somebody else has taken it over. */
  abstract releaseLease(claimed: CloudAccountHealth, nextAttemptAt: Date): Promise<void>;

  /** Makes a full check due now, unless that was done after `unlessAfter`. */
  abstract makeDue(cloudAccountId: number, now: Date, unlessAfter: Date): Promise<void>;
}
