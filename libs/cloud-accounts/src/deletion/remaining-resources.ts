import type { AccountReference, Held } from '#libs/kernel';

/** Resource that was built in an account and still exists, as far as known. */
export interface RemainingResource {
  /** ID of the record. Used for paging. */
  readonly id: number;
  readonly arn: string;
  /** For example INSTANCE, VOLUME or SECURITY_GROUP. */
  readonly kind: string;
  readonly region: string;
  readonly subscriptionId: number;
}

/** At most `limit` resources after `afterId`. 0 starts at the first. */
export interface RemainingResourcesPage {
  readonly afterId: number;
  readonly limit: number;
}

/** Port to the records of built resources. Another lib implements it, and `src/domain-wiring.module.ts` connects it. */
export abstract class RemainingResources {
  /** Sorted by ID. */
  abstract page(cloudAccountId: number, page: RemainingResourcesPage): Promise<readonly RemainingResource[]>;

  abstract count(cloudAccountId: number): Promise<number>;

  /**
   * Marks all resources in the account as orphaned. Call it before the account is removed.
   *
   * @returns their number
   */
  abstract orphanAll(account: Held<AccountReference>, now: Date): Promise<number>;
}
