import { iamArnFrom } from '@cloud-account-gateway/iam-policy';
import { operatorTenantId } from '#libs/access';
import { all, isDuplicateOf, isOneOf, Transactions, where, type Condition } from '#libs/database';
import { AwsRoleAlreadyConnected } from '#libs/aws-credentials';
import { asHeld, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { CloudAccount } from './cloud-account.entity.js';
import { AwsUserAlreadyConnected, CloudAccountNameTaken } from './cloud-account.errors.js';
import { CloudAccounts, type CloudAccountFilter, type CloudAccountOrderField } from './cloud-accounts.js';

@Injectable()
export class TypeOrmCloudAccounts extends CloudAccounts {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, id: number, properties?: readonly string[]): Promise<CloudAccount | null> {
    return this.rows.findOne(all(where('id = ?', id), visibleTo(tenantId)), properties);
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<CloudAccount[]> {
    return this.rows.find(all(isOneOf('id', ids), visibleTo(tenantId)));
  }

  list(
    tenantId: number,
    filter: CloudAccountFilter,
    page: PageRequest<CloudAccountOrderField>,
  ): Promise<Page<CloudAccount>> {
    return this.rows.page(partsOf(tenantId, filter), orders, page);
  }

  async count(tenantId: number, filter: CloudAccountFilter): Promise<number> {
    const counts = await Promise.all(partsOf(tenantId, filter).map((part) => this.rows.count(part)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  listHosted(): Promise<CloudAccount[]> {
    return this.rows.find(where("ownership = 'HOSTED'"), { orderBy: 'id' });
  }

  findById(id: number): Promise<CloudAccount | null> {
    return this.rows.findOne(where('id = ?', id));
  }

  listScheduledForDeletion(): Promise<CloudAccount[]> {
    return this.rows.find(where("status = 'DELETING_WHEN_UNUSED'"), { orderBy: 'id' });
  }

  listInAwsAccount(tenantId: number, awsAccountId: string): Promise<CloudAccount[]> {
    return this.rows.find(where('tenant_id = ? AND aws_account_id = ?', tenantId, awsAccountId), { orderBy: 'id' });
  }

  async countSharedAwsAccounts(): Promise<number> {
    const shared = await this.transactions.query(
      'SELECT tenant_id FROM cloud_account WHERE aws_account_id IS NOT NULL GROUP BY tenant_id, aws_account_id HAVING COUNT(*) > 1',
    );
    return shared.length;
  }

  hasName(tenantId: number, nameKey: string): Promise<boolean> {
    return this.rows.exists(where('tenant_id = ? AND name_key = ?', tenantId, nameKey));
  }

  async hold(tenantId: number, id: number): Promise<Held<CloudAccount> | null> {
    return this.rows.hold(all(where('id = ?', id), visibleTo(tenantId)));
  }

  async add(account: CloudAccount): Promise<Held<CloudAccount>> {
    await this.refusingDuplicates(account, this.repository.insert(account));
    return asHeld(account);
  }

  async update(account: Held<CloudAccount>): Promise<void> {
    const { id, tenantId } = account;
    await this.refusingDuplicates(account, this.repository.update({ id, tenantId }, { ...account }));
  }

  async remove({ id, tenantId }: Held<CloudAccount>): Promise<void> {
    await this.repository.delete({ id, tenantId });
  }

  private async refusingDuplicates(account: CloudAccount, write: Promise<unknown>): Promise<void> {
    try {
      await write;
    } catch (error) {
      if (isDuplicateOf(error, 'uq_cloud_account_name', 'name_key')) throw new CloudAccountNameTaken();
      if (!isDuplicateOf(error, 'uq_cloud_account_aws_user', 'aws_user_id')) throw error;
      const { tenantId, awsUserId, awsUserArn } = account;
      const own = await this.rows.findOne(where('tenant_id = ? AND aws_user_id = ?', tenantId, awsUserId));
      throw iamArnFrom(awsUserArn ?? '')?.kind === 'role'
        ? new AwsRoleAlreadyConnected(own?.id ?? null)
        : new AwsUserAlreadyConnected(own?.id ?? null);
    }
  }

  private get rows() {
    return this.transactions.rows(CloudAccount);
  }

  private get repository() {
    return this.transactions.repository(CloudAccount);
  }
}

const orders = {
  NAME: { property: 'nameKey', isUniqueInPart: true },
  CREATED_AT: { property: 'createdAt' },
};

/** A tenant's own accounts and the hosted ones. */
const visibleTo = (tenantId: number): Condition => where("(tenant_id = ? OR ownership = 'HOSTED')", tenantId);

/**
 * Accounts visible to a tenant that match a filter. Its own accounts and the hosted ones, which belong to the operator,
 * are read by one index each.
 */
function partsOf(tenantId: number, filter: CloudAccountFilter): Condition[] {
  const { ownership, provider, status, isSandbox } = filter;
  const filtered = all(
    ownership && where('ownership = ?', ownership),
    provider && isOneOf('provider', provider),
    status && isOneOf('status', status),
    isSandbox != null && where('is_sandbox = ?', isSandbox),
  );
  const own = all(where('tenant_id = ?', tenantId), filtered);
  if (tenantId === operatorTenantId) return [own];
  return [own, all(where("tenant_id = ? AND ownership = 'HOSTED'", operatorTenantId), filtered)];
}
