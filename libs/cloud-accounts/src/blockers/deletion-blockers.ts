import type { Actor } from '#libs/events';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { BlockingRow } from '../blocker.js';

/** Fingerprint of the blockers of one kind on an account. */
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
  /** Noun phrase for this number of blockers, for the refusal. */
  abstract describe(count: number): string;

  /** Whether an account has blockers of this kind, of any tenant. */
  abstract existOn(account: AccountReference): Promise<boolean>;

  /** Numbers of blockers of all tenants, in the order of the accounts. */
  abstract countByAccount(accounts: readonly AccountReference[]): Promise<number[]>;

  /** Blockers of an account that a tenant can see, sorted by ID. */
  abstract page(account: AccountReference, tenantId: number, page: PageRequest<'ID'>): Promise<Page<BlockingRow>>;

  /** Number of blockers of an account that a tenant can see. */
  abstract count(account: AccountReference, tenantId: number): Promise<number>;

  /** Fingerprint of the blockers of each account, of all tenants, in the order of the accounts. */
  abstract fingerprints(accounts: readonly AccountReference[]): Promise<BlockersFingerprint[]>;

  /**
   * Abandons the blockers of an account, for a force detach. Blockers that remain still prevent the deletion.
   *
   * @returns the number of abandoned blockers
   */
  abstract abandon(account: Held<AccountReference>, actor: Actor, now: Date): Promise<number>;
}

/** Active subscriptions. They also determine which fields of an account can be changed. */
export abstract class ActiveSubscriptions extends DeletionBlockers {}
