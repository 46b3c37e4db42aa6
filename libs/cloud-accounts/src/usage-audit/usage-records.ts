import type { UsageFinding } from './usage-finding.js';

/** Which rows to look at: those of one account, of one tenant, or all. */
export interface AuditedRows {
  readonly cloudAccountId?: number;
  readonly tenantId?: number;
}

/** How many findings an audit lists; the doctor lists as many of each kind. */
export const mostFindings = 100;

/** What does not fit among the accounts and what is kept for them, by the rows alone: no rule of ours is asked. */
export abstract class UsageRecords {
  /** @param limit how many of each kind */
  abstract findings(rows: AuditedRows, limit: number): Promise<UsageFinding[]>;
}

/** How many subscriptions of one tenant on an account have one status. */
export interface SubscriptionUsage {
  readonly tenantId: number;
  readonly status: string;
  readonly isActive: boolean;
  readonly count: number;
}

/**
 * What the audit asks about subscriptions. Asked here, answered by `libs/subscriptions`, connected in
 * `src/domain-wiring.module.ts`.
 */
export abstract class SubscriptionRecords {
  /** How many subscriptions each tenant, or one, has on an account by status, ended ones included. */
  abstract usageOf(cloudAccountId: number, tenantId?: number): Promise<SubscriptionUsage[]>;

  /** What does not fit among the subscriptions, by the rows alone. @param limit how many of each kind */
  abstract findings(rows: AuditedRows, limit: number): Promise<UsageFinding[]>;
}
