import type { ForceDetachRequest } from './force-detach-request.entity.js';

/** Requests to detach accounts by force: a collection, with at most one for each account. They go with their accounts. */
export abstract class ForceDetachRequests {
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<ForceDetachRequest[]>;

  /** Every tenant's, the oldest first. */
  abstract all(): Promise<ForceDetachRequest[]>;

  /** Whosever it is. */
  abstract find(cloudAccountId: number): Promise<ForceDetachRequest | null>;

  /** In place of the one there was. Hold the account. */
  abstract put(request: ForceDetachRequest): Promise<void>;

  /** Hold the account. */
  abstract remove(cloudAccountId: number): Promise<void>;
}
