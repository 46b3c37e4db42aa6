import type { UsageFinding } from './usage-finding.js';

/** Which rows to look at: those of one account, or all. */
export interface AuditedRows {
  readonly cloudAccountId?: number;
}

/** How many findings of a kind are told; more of them mean nothing else. */
export const mostFindings = 100;

/** What does not fit among the accounts and what is kept for them, by the rows alone: no rule of ours is asked. */
export abstract class UsageRecords {
  abstract findings(rows: AuditedRows): Promise<UsageFinding[]>;
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
  /** Who has what on an account, ended ones included, counted by the account each was built in. */
  abstract usageOf(cloudAccountId: number): Promise<SubscriptionUsage[]>;

  /** What does not fit among the subscriptions, by the rows alone. */
  abstract findings(rows: AuditedRows): Promise<UsageFinding[]>;
}
