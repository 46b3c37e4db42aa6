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
