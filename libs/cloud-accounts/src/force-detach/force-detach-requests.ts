import type { AccountReference, Held } from '#libs/kernel';
import type { ForceDetachRequest } from './force-detach-request.entity.js';

/** Collection of force-detach requests, at most one for each account. They are deleted with the account. */
export abstract class ForceDetachRequests {
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<ForceDetachRequest[]>;

  /** Requests of every tenant, oldest first. */
  abstract all(): Promise<ForceDetachRequest[]>;

  /** Finds the request of an account of any tenant. */
  abstract find(cloudAccountId: number): Promise<ForceDetachRequest | null>;

  /** Stores the request. Replaces the existing one of the account. */
  abstract put(account: Held<AccountReference>, request: ForceDetachRequest): Promise<void>;

  abstract remove(account: Held<AccountReference>): Promise<void>;
}
