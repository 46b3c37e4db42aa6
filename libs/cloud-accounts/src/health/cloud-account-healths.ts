import type { AccountReference, Held } from '#libs/kernel';
import type { CloudAccountHealth } from './cloud-account-health.entity.js';

/** Collection of the health of accounts that were ACTIVE at least once. Deleted with the account. */
export abstract class CloudAccountHealths {
  /** The caller must have checked that the tenant can see the accounts. */
  abstract ofAccounts(cloudAccountIds: readonly number[]): Promise<CloudAccountHealth[]>;

  /** Which of the accounts are BROKEN. Does not read reports. */
  abstract findBroken(cloudAccountIds: readonly number[]): Promise<ReadonlySet<number>>;

  /** Locks the health until the unit of work ends. An expiring lease can still change it. */
  abstract hold(account: Held<AccountReference>): Promise<Held<CloudAccountHealth> | null>;

  abstract add(health: CloudAccountHealth): Promise<Held<CloudAccountHealth>>;

  abstract update(health: Held<CloudAccountHealth>): Promise<void>;

  /** Claims due checks until `until`. Never two of the same AWS account at once. */
  abstract claimDue(now: Date, until: Date, limit: number): Promise<CloudAccountHealth[]>;

  /** Returns a claimed check, due at `nextAttemptAt`, unless another process has taken it over. */
  abstract releaseLease(claimed: CloudAccountHealth, nextAttemptAt: Date): Promise<void>;

  /** Makes a full check due now, unless this was done after `unlessAfter`. */
  abstract makeDue(cloudAccountId: number, now: Date, unlessAfter: Date): Promise<void>;
}
