import type { Held } from '#libs/kernel';
import type { DriftWatch } from './drift-watch.entity.js';

/** Collection of the accounts that are checked. */
export abstract class DriftWatches {
  /** The caller must have checked that the tenant can see the accounts. */
  abstract ofAccounts(cloudAccountIds: readonly number[]): Promise<DriftWatch[]>;

  /** Finds and locks the row until the unit of work ends. */
  abstract hold(cloudAccountId: number): Promise<Held<DriftWatch> | null>;

  /** Does nothing if the account has one. */
  abstract addIfNew(watch: DriftWatch): Promise<void>;

  abstract update(watch: Held<DriftWatch>): Promise<void>;

  /** Claims due checks until `until`. */
  abstract claimDue(now: Date, until: Date, limit: number): Promise<DriftWatch[]>;

  /** Returns a claimed check, unless another process has taken it over. */
  abstract releaseLease(claimed: DriftWatch): Promise<void>;
}
