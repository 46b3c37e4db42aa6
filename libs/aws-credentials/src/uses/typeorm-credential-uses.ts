import { countsBy, keysetPages, Transactions } from '#libs/database';
import type { Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { LessThan, type SelectQueryBuilder } from 'typeorm';
import { CredentialUse } from '../credential-use.entity.js';
import { CredentialUses } from './credential-uses.js';

@Injectable()
export class TypeOrmCredentialUses extends CredentialUses {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  async add(use: Omit<CredentialUse, 'id'>): Promise<void> {
    await this.rows.insert({ ...use });
  }

  listOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    page: PageRequest<'USED_AT'>,
  ): Promise<Page<CredentialUse>[]> {
    const ofAccount = () => this.of(tenantId).andWhere('credentialUse.cloudAccountId = :cloudAccountId');
    const lists = cloudAccountIds.map((cloudAccountId) => [{ cloudAccountId }]);
    return keysetPages(this.transactions, ofAccount, lists, { USED_AT: 'usedAt' }, page);
  }

  countOfAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<number[]> {
    return countsBy(this.of(tenantId), 'cloudAccountId', cloudAccountIds);
  }

  async holdAccount(tenantId: number, cloudAccountId: number): Promise<boolean> {
    // The row that the foreign key of `aws_access_key` refers to: whoever changes the account holds it, too.
    const lock = this.transactions.isSqlite ? '' : ' FOR UPDATE';
    const account = `SELECT id FROM cloud_account WHERE id = ? AND tenant_id = ?${lock}`;
    return (await this.transactions.query(account, [cloudAccountId, tenantId])).length > 0;
  }

  async removeOlderThan(moment: Date): Promise<void> {
    await this.rows.delete({ usedAt: LessThan(moment) });
  }

  private of(tenantId: number): SelectQueryBuilder<CredentialUse> {
    return this.rows.createQueryBuilder('credentialUse').where('credentialUse.tenantId = :tenantId', { tenantId });
  }

  private get rows() {
    return this.transactions.repository(CredentialUse);
  }
}
