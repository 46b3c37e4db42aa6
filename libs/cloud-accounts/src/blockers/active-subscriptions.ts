import type { Actor } from '#libs/events';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { ActiveSubscription } from '../blocker.js';

/** Of the active subscriptions on an account. */
export interface SubscriptionsFingerprint {
  readonly count: number;
  /** Another text whenever a subscription has begun or ended. */
  readonly text: string;
}

/**
 * What this domain asks about subscriptions.
 *
 * Asked here, answered by `libs/subscriptions`, connected in `src/domain-wiring.module.ts`: so cloud accounts never
 * import subscriptions, and without an answer the application does not start. Ask while the account is held: then the answer
 * stays true until the unit of work ends.
 */
export abstract class ActiveSubscriptions {
  /** Whether there is any, whoever's. */
  abstract areOn(cloudAccountId: number): Promise<boolean>;

  /** How many there are on each, whoever's, in the order of the accounts. */
  abstract countOn(cloudAccountIds: readonly number[]): Promise<number[]>;

  /** Those of one tenant, by id. */
  abstract page(cloudAccountId: number, tenantId: number, page: PageRequest<'ID'>): Promise<Page<ActiveSubscription>>;

  /** How many there are of one tenant. */
  abstract countOf(cloudAccountId: number, tenantId: number): Promise<number>;

  /** A fingerprint of those on each account, of all tenants, in the order of the accounts. */
  abstract fingerprintsOn(cloudAccountIds: readonly number[]): Promise<SubscriptionsFingerprint[]>;

  /**
   * Gives up all there are, whatever stands at the provider: from then on they are ended.
   *
   * @returns how many there were
   */
  abstract abandonAll(account: Held<AccountReference>, actor: Actor, now: Date): Promise<number>;
}
