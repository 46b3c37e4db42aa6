import { Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { AccountsPerAwsAccount } from '../aws-account-rule.js';
import { statusesWithCredentials } from '../cloud-account.entity.js';
import type { UsageFinding, UsageFindingKind } from './usage-finding.js';
import { UsageRecords, type AuditedRows } from './usage-records.js';

interface FoundRow {
  readonly tenant_id: number;
  readonly account_id: number;
  readonly id: number | string;
}

interface FindingQuery {
  readonly select: string;
  readonly from: string;
  /** The parameters of `from`. */
  readonly values?: readonly string[];
  /** The columns with the id of the account and with the tenant. */
  readonly account: string;
  readonly tenant: string;
}

type Asked = AuditedRows & { readonly limit: number };

/** Each kind of finding is one statement, so that it sees one moment and reports no change in progress. */
@Injectable()
export class TypeOrmUsageRecords extends UsageRecords {
  constructor(
    private readonly transactions: Transactions,
    private readonly perAwsAccount: AccountsPerAwsAccount,
  ) {
    super();
  }

  async findings(rows: AuditedRows, limit: number): Promise<UsageFinding[]> {
    const asked = { ...rows, limit };
    return [
      ...(await this.shared(asked)),
      ...(await this.find('ACCOUNT_WITHOUT_CREDENTIALS', 'account', asked, {
        select: 'a.tenant_id, a.id AS account_id, a.id',
        from: `cloud_account a WHERE a.ownership = 'CUSTOMER'
          AND COALESCE(a.status_before_deletion, a.status) IN (${statusesWithCredentials.map(() => '?').join(', ')})
          AND NOT EXISTS (SELECT 1 FROM aws_access_key k WHERE k.cloud_account_id = a.id AND k.slot = 'CURRENT')
          AND NOT EXISTS (SELECT 1 FROM aws_access_role r WHERE r.cloud_account_id = a.id AND r.slot = 'CURRENT')`,
        values: statusesWithCredentials,
        account: 'a.id',
        tenant: 'a.tenant_id',
      })),
      ...(await this.find('DELETED_ACCOUNT_EXISTS', 'account', asked, {
        select: 'a.tenant_id, a.id AS account_id, a.id',
        from: 'cloud_account a WHERE EXISTS (SELECT 1 FROM deleted_cloud_account d WHERE d.id = a.id)',
        account: 'a.id',
        tenant: 'a.tenant_id',
      })),
      ...(await this.strays('aws_access_key', 'access key', asked)),
      ...(await this.strays('aws_access_role', 'access role', asked)),
    ];
  }

  /** Accounts in AWS accounts that several accounts of one tenant share, although the operator allows one. */
  private async shared(asked: Asked): Promise<UsageFinding[]> {
    if (this.perAwsAccount.limit === 'many') return [];
    return this.find('AWS_ACCOUNT_SHARED', 'AWS account', asked, {
      select: 'a.tenant_id, a.id AS account_id, a.aws_account_id AS id',
      from: `cloud_account a WHERE (a.tenant_id, a.aws_account_id) IN (SELECT tenant_id, aws_account_id FROM cloud_account
          WHERE aws_account_id IS NOT NULL GROUP BY tenant_id, aws_account_id HAVING COUNT(*) > 1)`,
      account: 'a.id',
      tenant: 'a.tenant_id',
    });
  }

  /** Credentials whose account no longer exists. */
  private strays(table: string, what: string, asked: Asked): Promise<UsageFinding[]> {
    return this.find('SECRET_WITHOUT_ACCOUNT', what, asked, {
      select: 's.tenant_id, s.cloud_account_id AS account_id, s.id',
      from: `${table} s WHERE NOT EXISTS (SELECT 1 FROM cloud_account a WHERE a.id = s.cloud_account_id)`,
      account: 's.cloud_account_id',
      tenant: 's.tenant_id',
    });
  }

  private async find(
    kind: UsageFindingKind,
    what: string,
    { cloudAccountId, tenantId, limit }: Asked,
    { select, from, values = [], account, tenant }: FindingQuery,
  ): Promise<UsageFinding[]> {
    const ofAccount = cloudAccountId === undefined ? '' : ` AND ${account} = ?`;
    const ofTenant = tenantId === undefined ? '' : ` AND ${tenant} = ?`;
    const found = await this.transactions.query<FoundRow>(
      `SELECT ${select} FROM ${from}${ofAccount}${ofTenant} ORDER BY id, account_id LIMIT ?`,
      [...values, cloudAccountId, tenantId, limit].filter((value) => value !== undefined),
    );
    return found.map(({ tenant_id: tenantId, account_id, id }) => {
      return { kind, tenantId, cloudAccountId: account_id, subject: `${what} ${id}` };
    });
  }
}
