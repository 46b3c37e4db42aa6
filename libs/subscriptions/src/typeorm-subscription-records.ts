import { SubscriptionRecords, type AuditedRows, type SubscriptionUsage, type UsageFinding } from '#libs/cloud-accounts';
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

/** Implements the port of the usage audit, from the rows of subscriptions and provisioning work. */
@Injectable()
export class TypeOrmSubscriptionRecords extends SubscriptionRecords {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  async usageOf(cloudAccountId: number, tenantId?: number): Promise<SubscriptionUsage[]> {
    const { condition, values } = sameRows({ cloudAccountId, tenantId });
    const rows = await this.transactions.query<{ tenant_id: number; status: SubscriptionStatus; n: number | string }>(
      `SELECT s.tenant_id, s.status, COUNT(*) AS n FROM subscription s WHERE ${condition}
       GROUP BY s.tenant_id, s.status ORDER BY s.tenant_id, s.status`,
      values,
    );
    return rows.map(({ tenant_id, status, n }) => {
      return { tenantId: tenant_id, status, isActive: isActiveStatus(status), count: Number(n) };
    });
  }

  async findings(rows: AuditedRows, limit: number): Promise<UsageFinding[]> {
    return [
      ...(await this.misfits('SUBSCRIPTION_WITHOUT_ACCOUNT', withoutAccount, rows, limit)),
      ...(await this.misfits('ACTIVE_COLUMN_MISMATCH', activeColumnDiffers, rows, limit)),
      ...(await this.misfits('SUBSCRIPTION_WITHOUT_WORK', `${needsWork} AND NOT ${hasWork}`, rows, limit)),
      ...(await this.misfits('WORK_WITHOUT_SUBSCRIPTION', `NOT ${needsWork} AND ${hasWork}`, rows, limit)),
    ];
  }

  /** One statement, so that it sees one moment. */
  private async misfits(
    kind: UsageFinding['kind'],
    misfit: string,
    rows: AuditedRows,
    limit: number,
  ): Promise<UsageFinding[]> {
    const { condition, values } = sameRows(rows);
    const found = await this.transactions.query<{ id: number; tenant_id: number; cloud_account_id: number }>(
      `SELECT s.id, s.tenant_id, s.cloud_account_id FROM subscription s WHERE ${misfit} AND ${condition}
       ORDER BY s.id LIMIT ?`,
      [...values, limit],
    );
    return found.map(({ id, tenant_id: tenantId, cloud_account_id }) => {
      return { kind, tenantId, cloudAccountId: cloud_account_id, subject: `subscription ${id}` };
    });
  }
}

function sameRows({
  cloudAccountId,
  tenantId,
}: {
  cloudAccountId?: number | undefined;
  tenantId?: number | undefined;
}): { condition: string; values: number[] } {
  const given = [
    { column: 's.cloud_account_id', value: cloudAccountId },
    { column: 's.tenant_id', value: tenantId },
  ].filter(({ value }) => value !== undefined);
  return {
    condition: given.map(({ column }) => `${column} = ?`).join(' AND ') || '1 = 1',
    values: given.map(({ value }) => value!),
  };
}
