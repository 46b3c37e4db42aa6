import type { UsageFinding } from './usage-finding.js';

/** Rows to audit: those of one account, of one tenant, or all. */
export interface AuditedRows {
  readonly cloudAccountId?: number;
  readonly tenantId?: number;
}

/** Maximum number of findings of an audit. For the doctor, of each kind. */
export const mostFindings = 100;

/** Finds contradictions among the accounts and their records, from the rows alone. Uses no domain rules. */
export abstract class UsageRecords {
  /** @param limit maximum number of each kind */
  abstract findings(rows: AuditedRows, limit: number): Promise<UsageFinding[]>;
}

/** Number of subscriptions of one tenant in an account that have one status. */
export interface SubscriptionUsage {
  readonly tenantId: number;
  readonly status: string;
  readonly isActive: boolean;
  readonly count: number;
}

/**
 * Port to the records of subscriptions. `libs/subscriptions` implements it, and `src/domain-wiring.module.ts` connects
 * it.
 */
export abstract class SubscriptionRecords {
  /** Number of subscriptions in an account by tenant and status, including ended ones. Optionally of one tenant. */
  abstract usageOf(cloudAccountId: number, tenantId?: number): Promise<SubscriptionUsage[]>;

  /** Contradictions among the subscriptions, from the rows alone. @param limit maximum number of each kind */
  abstract findings(rows: AuditedRows, limit: number): Promise<UsageFinding[]>;
}
