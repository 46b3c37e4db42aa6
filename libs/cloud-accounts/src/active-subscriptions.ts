import type { Actor } from '#libs/events';
import type { Page, PageRequest } from '#libs/kernel';
import type { UsageFinding } from './usage-finding.js';
import type { AuditedRows } from './usage-records.js';

/** A subscription that keeps its account from being deleted. */
export interface ActiveSubscription {
  readonly id: number;
  readonly tenantId: number;
  readonly name: string;
  readonly status: string;
  /** What has to be done before it ends, as a sentence. */
  readonly toBeDoneFirst: string;
}

/** How many subscriptions of one tenant on an account have one status. */
export interface SubscriptionUsage {
  readonly tenantId: number;
  readonly status: string;
  readonly isActive: boolean;
  readonly count: number;
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

  /** The numbers of all there are, whoever's, in their order. */
  abstract idsOn(cloudAccountId: number): Promise<number[]>;

  /**
   * Gives up all there are, whatever stands at the provider: from then on they are ended. Call it in the unit of work that
   * holds the account.
   *
   * @returns how many there were
   */
  abstract abandonAll(cloudAccountId: number, actor: Actor, now: Date): Promise<number>;

  /** Who has what on an account, ended ones included, counted by the account each was built in. */
  abstract usageOf(cloudAccountId: number): Promise<SubscriptionUsage[]>;

  /** What does not fit among the subscriptions, by the rows alone. */
  abstract findings(rows: AuditedRows): Promise<UsageFinding[]>;
}
