import type { AccountReference, Held } from '#libs/kernel';
import type { ForceDetachRequest } from './force-detach-request.entity.js';

/** Requests to detach accounts by force: a collection, with at most one for each account. They go with their accounts. */
export abstract class ForceDetachRequests {
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<ForceDetachRequest[]>;

  /** Every tenant's, the oldest first. */
  abstract all(): Promise<ForceDetachRequest[]>;

  /** Whosever it is. */
  abstract find(cloudAccountId: number): Promise<ForceDetachRequest | null>;

  /** In place of the one there was. */
  abstract put(account: Held<AccountReference>, request: ForceDetachRequest): Promise<void>;

  abstract remove(account: Held<AccountReference>): Promise<void>;
}
