import type { Viewer } from '#libs/access';
import { UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { BlockerCounts } from '../blocker.js';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountNotFound } from '../cloud-account.errors.js';
import { CloudAccounts } from '../cloud-accounts.js';
import type { UsageFinding } from './usage-finding.js';
import {
  mostFindings,
  SubscriptionRecords,
  UsageRecords,
  type AuditedRows,
  type SubscriptionUsage,
} from './usage-records.js';

/** Usage of an account and whether it can be deleted, computed from the rows at one moment. */
export interface UsageAudit {
  readonly account: CloudAccount;
  readonly auditedAt: Date;
  readonly usage: readonly SubscriptionUsage[];
  readonly blockerCounts: BlockerCounts;
  /** At most `mostFindings`. */
  readonly findings: readonly UsageFinding[];
  readonly hasMoreFindings: boolean;
}

/** Checks the rows themselves. Uses no stored counters. */
@Injectable()
export class UsageAuditService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly blockers: Blockers,
    private readonly subscriptions: SubscriptionRecords,
    private readonly records: UsageRecords,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Audit of what the tenant can see. Null when the tenant cannot see the account. */
  async auditFor({ tenantId }: Viewer, id: number): Promise<UsageAudit | null> {
    const account = await this.accounts.find(tenantId, id);
    return account && this.audit(account, tenantId);
  }

  /** Audit across all tenants, for the operator. @throws CloudAccountNotFound */
  async auditInAllTenants(id: number): Promise<UsageAudit> {
    const account = await this.accounts.findById(id);
    if (!account) throw new CloudAccountNotFound();
    return this.audit(account);
  }

  /** Findings in all rows, at most `mostFindings` of each kind. */
  async findings(): Promise<UsageFinding[]> {
    return this.findingsIn({}, mostFindings, await this.accounts.listScheduledForDeletion());
  }

  /** @param of tenant whose rows are read; all tenants if omitted */
  private async audit(account: CloudAccount, of?: number): Promise<UsageAudit> {
    const { id, tenantId } = account;
    return this.unitOfWork.run(async (auditedAt) => {
      const usage = await this.subscriptions.usageOf(id, of);
      const [blockerCounts] = await this.blockers.countsOf([account]);
      const rows = { cloudAccountId: id, ...(of !== undefined && { tenantId: of }) };
      const isSeen = of === undefined || of === tenantId;
      const found = await this.findingsIn(
        rows,
        mostFindings + 1,
        isSeen && account.isScheduledForDeletion ? [account] : [],
      );
      const [findings, hasMoreFindings] = [found.slice(0, mostFindings), found.length > mostFindings];
      return { account, auditedAt, usage, blockerCounts: blockerCounts!, findings, hasMoreFindings };
    });
  }

  private async findingsIn(
    rows: AuditedRows,
    limit: number,
    waiting: readonly CloudAccount[],
  ): Promise<UsageFinding[]> {
    const forNothing: UsageFinding[] = [];
    for (const account of waiting) if (await this.isDeletionOverdue(account)) forNothing.push(waitsForNothing(account));
    return [
      ...forNothing,
      ...(await this.records.findings(rows, limit)),
      ...(await this.subscriptions.findings(rows, limit)),
    ];
  }

  /** Checked with the account locked, so that no blocker is just being ended. */
  private isDeletionOverdue({ id, tenantId }: CloudAccount): Promise<boolean> {
    return this.unitOfWork.run(async () => {
      const account = await this.accounts.hold(tenantId, id);
      return account !== null && account.isScheduledForDeletion && !(await this.blockers.existOn(account));
    });
  }
}

function waitsForNothing({ id, tenantId }: CloudAccount): UsageFinding {
  return { kind: 'DELETION_OVERDUE', tenantId, cloudAccountId: id, subject: `account ${id}` };
}
