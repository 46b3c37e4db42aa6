import { Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import type { UsageFinding, UsageFindingKind } from './usage-finding.js';
import { mostFindings, UsageRecords, type AuditedRows } from './usage-records.js';

interface FoundRow {
  readonly tenant_id: number;
  readonly account_id: number;
  readonly id: number;
}

/** Each finding is one statement, so that it is of one moment, and no change under way looks like a fault. */
@Injectable()
export class TypeOrmUsageRecords extends UsageRecords {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  async findings(rows: AuditedRows): Promise<UsageFinding[]> {
    return [
      ...(await this.find('WITHOUT_CREDENTIALS', 'account', rows, {
        select: 'a.tenant_id, a.id AS account_id, a.id',
        from: `cloud_account a WHERE a.ownership = 'CUSTOMER'
          AND COALESCE(a.status_before_deletion, a.status) IN ('ACTIVE', 'MISSING_PERMISSIONS')
          AND NOT EXISTS (SELECT 1 FROM aws_access_key k WHERE k.cloud_account_id = a.id AND k.slot = 'CURRENT')
          AND NOT EXISTS (SELECT 1 FROM aws_access_role r WHERE r.cloud_account_id = a.id AND r.slot = 'CURRENT')`,
        account: 'a.id',
      })),
      ...(await this.find('DELETED_AND_THERE', 'account', rows, {
        select: 'a.tenant_id, a.id AS account_id, a.id',
        from: 'cloud_account a WHERE EXISTS (SELECT 1 FROM deleted_cloud_account d WHERE d.id = a.id)',
        account: 'a.id',
      })),
      ...(await this.strays('aws_access_key', 'access key', rows)),
      ...(await this.strays('aws_access_role', 'access role', rows)),
    ];
  }

  /** Rows of a table that tell how to enter an account which is gone. */
  private strays(table: string, what: string, rows: AuditedRows): Promise<UsageFinding[]> {
    return this.find('SECRET_WITHOUT_ACCOUNT', what, rows, {
      select: 's.tenant_id, s.cloud_account_id AS account_id, s.id',
      from: `${table} s WHERE NOT EXISTS (SELECT 1 FROM cloud_account a WHERE a.id = s.cloud_account_id)`,
      account: 's.cloud_account_id',
    });
  }

  private async find(
    kind: UsageFindingKind,
    what: string,
    { cloudAccountId }: AuditedRows,
    { select, from, account }: { select: string; from: string; account: string },
  ): Promise<UsageFinding[]> {
    const of = cloudAccountId === undefined ? '' : ` AND ${account} = ?`;
    const found = await this.transactions.query<FoundRow>(
      `SELECT ${select} FROM ${from}${of} ORDER BY id LIMIT ${mostFindings}`,
      cloudAccountId === undefined ? [] : [cloudAccountId],
    );
    return found.map(({ tenant_id: tenantId, account_id, id }) => {
      return { kind, tenantId, cloudAccountId: account_id, subject: `${what} ${id}` };
    });
  }
}
