import type { Actor } from '#libs/events';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { BlockingRow } from '../blocker.js';

/** A fingerprint of the blockers of one kind on an account. */
export interface BlockersFingerprint {
  readonly count: number;
  /** Changes whenever a blocker is added or removed. Its length does not depend on their number. */
  readonly text: string;
}

/**
 * One kind of blocker. The lib that stores its rows implements it, and `src/domain-wiring.module.ts` adds it to `Blockers`.
 * Code that adds such a row must hold the account, so that an answer about a held account stays true until the unit of work
 * ends. An implementation must not depend on `Blockers`, directly or through another service.
 */
export abstract class DeletionBlockers {
  /** A noun phrase for this many of them, for the refusal. */
  abstract describe(count: number): string;

  /** Whether an account has any, of any tenant. */
  abstract existOn(account: AccountReference): Promise<boolean>;

  /** How many each account has, of all tenants, in the order of the accounts. */
  abstract countByAccount(accounts: readonly AccountReference[]): Promise<number[]>;

  /** Those of an account that a tenant can see, by id. */
  abstract page(account: AccountReference, tenantId: number, page: PageRequest<'ID'>): Promise<Page<BlockingRow>>;

  /** How many of an account a tenant can see. */
  abstract count(account: AccountReference, tenantId: number): Promise<number>;

  /** A fingerprint of those on each account, of all tenants, in the order of the accounts. */
  abstract fingerprints(accounts: readonly AccountReference[]): Promise<BlockersFingerprint[]>;

  /**
   * Gives up all that an account has, because it is detached by force. What remains keeps the account from being deleted.
   *
   * @returns how many there were
   */
  abstract abandon(account: Held<AccountReference>, actor: Actor, now: Date): Promise<number>;
}

/** The active subscriptions. They also decide what of an account can be changed. */
export abstract class ActiveSubscriptions extends DeletionBlockers {}
