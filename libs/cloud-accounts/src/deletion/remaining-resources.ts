import type { AccountReference, Held } from '#libs/kernel';

/** Something of ours that stands in an account at the provider, as far as is known. */
export interface RemainingResource {
  /** Its number where it is kept: pages go by it. */
  readonly id: number;
  readonly arn: string;
  /** Such as INSTANCE, VOLUME or SECURITY_GROUP. */
  readonly kind: string;
  readonly region: string;
  readonly subscriptionId: number;
}

/** At most `limit` of them, from the one after `afterId` onwards; 0 is before the first. */
export interface RemainingResourcesPage {
  readonly afterId: number;
  readonly limit: number;
}

/**
 * What this domain asks about what was built in an account. Asked here, answered by whoever keeps count of what was built,
 * connected in `src/domain-wiring.module.ts`.
 */
export abstract class RemainingResources {
  /** By number. */
  abstract page(cloudAccountId: number, page: RemainingResourcesPage): Promise<readonly RemainingResource[]>;

  abstract count(cloudAccountId: number): Promise<number>;

  /**
   * Marks all resources in the account as orphaned. Call it before the account is removed.
   *
   * @returns how many there are
   */
  abstract orphanAll(account: Held<AccountReference>, now: Date): Promise<number>;
}
