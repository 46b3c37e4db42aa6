import type { Viewer } from '#libs/access';
import { UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { InTheWay } from '../blocker.js';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountNotFound } from '../cloud-account.errors.js';
import { CloudAccounts } from '../cloud-accounts.js';
import type { UsageFinding } from './usage-finding.js';
import { SubscriptionRecords, UsageRecords, type AuditedRows, type SubscriptionUsage } from './usage-records.js';

/** Who uses an account, and why it can or cannot be deleted, counted from the rows at one moment. */
export interface UsageAudit {
  readonly account: CloudAccount;
  readonly auditedAt: Date;
  readonly usage: readonly SubscriptionUsage[];
  readonly inTheWay: InTheWay;
  readonly findings: readonly UsageFinding[];
}

/** The usage doctor: looks at the rows themselves, and believes nothing that was counted before. */
@Injectable()
export class UsageAuditService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly blockers: Blockers,
    private readonly subscriptions: SubscriptionRecords,
    private readonly records: UsageRecords,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** As one tenant may see it; null when there is no such account for it. */
  async auditFor({ tenantId }: Viewer, id: number): Promise<UsageAudit | null> {
    const account = await this.accounts.find(tenantId, id);
    if (!account) return null;
    const { usage, findings, ...audit } = await this.audit(account);
    const isTheirs = (row: { readonly tenantId: number }) => row.tenantId === tenantId;
    return { ...audit, usage: usage.filter(isTheirs), findings: findings.filter(isTheirs) };
  }

  /** As the operator may see it. @throws CloudAccountNotFound */
  async auditAny(id: number): Promise<UsageAudit> {
    const account = await this.accounts.findAnybodys(id);
    if (!account) throw new CloudAccountNotFound();
    return this.audit(account);
  }

  /** What does not fit, in one account or in all. */
  async findings(rows: AuditedRows = {}): Promise<UsageFinding[]> {
    const waiting = (await this.accounts.waiting()).filter(({ id }) => id === (rows.cloudAccountId ?? id));
    const forNothing: UsageFinding[] = [];
    for (const account of waiting) if (await this.waitsForNothing(account)) forNothing.push(waitsForNothing(account));
    return [...forNothing, ...(await this.records.findings(rows)), ...(await this.subscriptions.findings(rows))];
  }

  private async audit(account: CloudAccount): Promise<UsageAudit> {
    const { id, tenantId } = account;
    return this.unitOfWork.run(async (auditedAt) => {
      const usage = await this.subscriptions.usageOf(id);
      const [inTheWay] = await this.blockers.inTheWayOf(tenantId, [account]);
      return { account, auditedAt, usage, inTheWay: inTheWay!, findings: await this.findings({ cloudAccountId: id }) };
    });
  }

  /** Looked at while it is held, so that nobody is just ending what it waits for. */
  private waitsForNothing({ id, tenantId }: CloudAccount): Promise<boolean> {
    return this.unitOfWork.run(async () => {
      const account = await this.accounts.hold(tenantId, id);
      return account !== null && account.goesWhenUnused && !(await this.blockers.areOn(account));
    });
  }
}

function waitsForNothing({ id, tenantId }: CloudAccount): UsageFinding {
  return { kind: 'WAITS_FOR_NOTHING', tenantId, cloudAccountId: id, subject: `account ${id}` };
}
