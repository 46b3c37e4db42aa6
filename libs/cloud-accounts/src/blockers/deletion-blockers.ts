import type { Actor } from '#libs/events';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { BlockingRow } from '../blocker.js';

/** Of the blockers of one kind on an account. */
export interface BlockersFingerprint {
  readonly count: number;
  /** Another text whenever there is one more or less. It stays short, however many there are. */
  readonly text: string;
}

/**
 * One kind of what keeps accounts from being deleted. The lib that has the rows implements it, and
 * `src/domain-wiring.module.ts` adds it to `Blockers`. Whoever makes a row of it holds its account: so an answer about a held
 * account stays true until the unit of work ends. A source must not need `Blockers` itself, not even through another service.
 */
export abstract class DeletionBlockers {
  /** That many of them as a noun phrase, as a refusal says it. */
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
  abstract giveUp(account: Held<AccountReference>, actor: Actor, now: Date): Promise<number>;
}

/** The active subscriptions. They also decide what of an account can be changed. */
export abstract class ActiveSubscriptions extends DeletionBlockers {}
