import type { Held } from '#libs/kernel';
import type { DriftWatch } from './drift-watch.entity.js';

/** Which accounts are looked at. */
export abstract class DriftWatches {
  /** Of accounts that the asking tenant was found to see. */
  abstract ofAccounts(cloudAccountIds: readonly number[]): Promise<DriftWatch[]>;

  /** Finds it and keeps other units of work away from it until ours ends. */
  abstract hold(cloudAccountId: number): Promise<Held<DriftWatch> | null>;

  /** Unless there is one. */
  abstract addIfNew(watch: DriftWatch): Promise<void>;

  abstract update(watch: Held<DriftWatch>): Promise<void>;

  /** Takes at most so many that are due until `until`. */
  abstract claimDue(now: Date, until: Date, limit: number): Promise<DriftWatch[]>;

  /** Lets somebody else go on, unless somebody has taken over. */
  abstract releaseLease(claimed: DriftWatch): Promise<void>;
}
