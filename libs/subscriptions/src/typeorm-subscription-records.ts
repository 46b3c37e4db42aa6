import {
  mostFindings,
  SubscriptionRecords,
  type AuditedRows,
  type SubscriptionUsage,
  type UsageFinding,
} from '#libs/cloud-accounts';
import { Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { isActiveStatus, SubscriptionStatus } from './subscription.entity.js';

const ended = `'${SubscriptionStatus.DELETED}'`;
const withoutAccount = `s.status <> ${ended} AND NOT EXISTS (SELECT 1 FROM cloud_account a WHERE a.id = s.cloud_account_id)`;
const hasWork = 'EXISTS (SELECT 1 FROM provisioning_work w WHERE w.subscription_id = s.id)';
const needsWork = "s.status IN ('PENDING', 'CHANGE_PENDING', 'DELETING')";
const activeColumnDiffers = `(
  (s.status <> ${ended} AND (s.active_cloud_account_id IS NULL OR s.active_cloud_account_id <> s.cloud_account_id))
  OR (s.status = ${ended} AND s.active_cloud_account_id IS NOT NULL))`;

/** Answers the usage audit from the rows of subscriptions and of their provisioning work. */
@Injectable()
export class TypeOrmSubscriptionRecords extends SubscriptionRecords {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  async usageOf(cloudAccountId: number): Promise<SubscriptionUsage[]> {
    const rows = await this.transactions.query<{ tenant_id: number; status: SubscriptionStatus; n: number | string }>(
      `SELECT tenant_id, status, COUNT(*) AS n FROM subscription WHERE cloud_account_id = ?
       GROUP BY tenant_id, status ORDER BY tenant_id, status`,
      [cloudAccountId],
    );
    return rows.map(({ tenant_id: tenantId, status, n }) => {
      return { tenantId, status, isActive: isActiveStatus(status), count: Number(n) };
    });
  }

  async findings(rows: AuditedRows): Promise<UsageFinding[]> {
    return [
      ...(await this.misfits('SUBSCRIPTION_WITHOUT_ACCOUNT', rows, withoutAccount)),
      ...(await this.misfits('ACTIVE_COLUMN_DIFFERS', rows, activeColumnDiffers)),
      ...(await this.misfits('SUBSCRIPTION_WITHOUT_WORK', rows, `${needsWork} AND NOT ${hasWork}`)),
      ...(await this.misfits('WORK_WITHOUT_SUBSCRIPTION', rows, `NOT ${needsWork} AND ${hasWork}`)),
    ];
  }

  /** One statement, so that it is of one moment. */
  private async misfits(
    kind: UsageFinding['kind'],
    { cloudAccountId }: AuditedRows,
    condition: string,
  ): Promise<UsageFinding[]> {
    const of = cloudAccountId === undefined ? '' : ' AND s.cloud_account_id = ?';
    const rows = await this.transactions.query<{ id: number; tenant_id: number; cloud_account_id: number }>(
      `SELECT s.id, s.tenant_id, s.cloud_account_id FROM subscription s WHERE ${condition}${of}
       ORDER BY s.id LIMIT ${mostFindings}`,
      cloudAccountId === undefined ? [] : [cloudAccountId],
    );
    return rows.map(({ id, tenant_id: tenantId, cloud_account_id }) => {
      return { kind, tenantId, cloudAccountId: cloud_account_id, subject: `subscription ${id}` };
    });
  }
}
