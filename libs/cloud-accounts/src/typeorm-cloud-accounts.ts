import { iamArnFrom } from '#libs/iam-policy';
import { isDuplicateOf, keysetPage, Transactions } from '#libs/database';
import { AwsRoleAlreadyConnected } from '#libs/aws-credentials';
import { asHeld, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, type FindOptionsWhere, type SelectQueryBuilder } from 'typeorm';
import { CloudAccount } from './cloud-account.entity.js';
import { AwsUserAlreadyConnected, CloudAccountNameTaken } from './cloud-account.errors.js';
import { CloudAccounts, type CloudAccountFilter, type CloudAccountOrderField } from './cloud-accounts.js';

@Injectable()
export class TypeOrmCloudAccounts extends CloudAccounts {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, id: number): Promise<CloudAccount | null> {
    return this.rows.findOne({ where: visible(tenantId, { id }) });
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<CloudAccount[]> {
    return this.rows.find({ where: visible(tenantId, { id: In([...ids]) }) });
  }

  list(
    tenantId: number,
    filter: CloudAccountFilter,
    page: PageRequest<CloudAccountOrderField>,
  ): Promise<Page<CloudAccount>> {
    return keysetPage(this.filtered(tenantId, filter), { NAME: 'nameKey', CREATED_AT: 'createdAt' }, page);
  }

  count(tenantId: number, filter: CloudAccountFilter): Promise<number> {
    return this.filtered(tenantId, filter).getCount();
  }

  listHosted(): Promise<CloudAccount[]> {
    return this.rows.find({ where: { ownership: 'HOSTED' }, order: { id: 'ASC' } });
  }

  findById(id: number): Promise<CloudAccount | null> {
    return this.rows.findOneBy({ id });
  }

  listScheduledForDeletion(): Promise<CloudAccount[]> {
    return this.rows.find({ where: { status: 'DELETING_WHEN_UNUSED' }, order: { id: 'ASC' } });
  }

  listInAwsAccount(tenantId: number, awsAccountId: string): Promise<CloudAccount[]> {
    return this.rows.find({ where: { tenantId, awsAccountId }, order: { id: 'ASC' } });
  }

  async countSharedAwsAccounts(): Promise<number> {
    const shared = await this.transactions.query(
      'SELECT tenant_id FROM cloud_account WHERE aws_account_id IS NOT NULL GROUP BY tenant_id, aws_account_id HAVING COUNT(*) > 1',
    );
    return shared.length;
  }

  hasName(tenantId: number, nameKey: string): Promise<boolean> {
    return this.rows.existsBy({ tenantId, nameKey });
  }

  async hold(tenantId: number, id: number): Promise<Held<CloudAccount> | null> {
    return asHeld(await this.rows.findOne({ where: visible(tenantId, { id }), ...this.transactions.forUpdate }));
  }

  async add(account: CloudAccount): Promise<Held<CloudAccount>> {
    await this.refusingDuplicates(account, this.rows.insert(account));
    return asHeld(account);
  }

  async update(account: Held<CloudAccount>): Promise<void> {
    const { id, tenantId } = account;
    await this.refusingDuplicates(account, this.rows.update({ id, tenantId }, { ...account }));
  }

  async remove({ id, tenantId }: Held<CloudAccount>): Promise<void> {
    await this.rows.delete({ id, tenantId });
  }

  private filtered(
    tenantId: number,
    { ownership, provider, status, isSandbox }: CloudAccountFilter,
  ): SelectQueryBuilder<CloudAccount> {
    const query = this.rows
      .createQueryBuilder('account')
      .where('(account.tenantId = :tenantId OR account.ownership = :hosted)', { tenantId, hosted: 'HOSTED' });
    if (ownership) query.andWhere('account.ownership = :ownership', { ownership });
    if (provider)
      query.andWhere(provider.length > 0 ? 'account.provider IN (:...provider)' : '1 = 0', {
        provider: unique(provider),
      });
    if (status)
      query.andWhere(status.length > 0 ? 'account.status IN (:...status)' : '1 = 0', { status: unique(status) });
    if (isSandbox != null) query.andWhere('account.isSandbox = :isSandbox', { isSandbox });
    return query;
  }

  private async refusingDuplicates(account: CloudAccount, write: Promise<unknown>): Promise<void> {
    try {
      await write;
    } catch (error) {
      if (isDuplicateOf(error, 'uq_cloud_account_name', 'name_key')) throw new CloudAccountNameTaken();
      if (!isDuplicateOf(error, 'uq_cloud_account_aws_user', 'aws_user_id')) throw error;
      const { tenantId, awsUserId, awsUserArn } = account;
      const own = await this.rows.findOneBy({ tenantId, awsUserId: awsUserId! });
      throw iamArnFrom(awsUserArn ?? '')?.kind === 'role'
        ? new AwsRoleAlreadyConnected(own?.id ?? null)
        : new AwsUserAlreadyConnected(own?.id ?? null);
    }
  }

  private get rows() {
    return this.transactions.repository(CloudAccount);
  }
}

/** A list may repeat a value more often than a statement may have parameters. */
const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** A tenant's own accounts and the hosted ones. */
function visible(tenantId: number, which: FindOptionsWhere<CloudAccount>): FindOptionsWhere<CloudAccount>[] {
  return [
    { ...which, tenantId },
    { ...which, ownership: 'HOSTED' },
  ];
}
