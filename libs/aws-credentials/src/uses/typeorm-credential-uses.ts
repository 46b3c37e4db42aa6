import { Transactions, where } from '#libs/database';
import type { Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { CredentialUse } from '../credential-use.entity.js';
import { CredentialUses } from './credential-uses.js';

@Injectable()
export class TypeOrmCredentialUses extends CredentialUses {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  async add(use: Omit<CredentialUse, 'id'>): Promise<void> {
    await this.repository.insert({ ...use });
  }

  listOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    page: PageRequest<'USED_AT'>,
  ): Promise<Page<CredentialUse>[]> {
    const lists = cloudAccountIds.map((id) => [where('tenant_id = ? AND cloud_account_id = ?', tenantId, id)]);
    return this.rows.pages(lists, { USED_AT: { property: 'usedAt' } }, page);
  }

  countOfAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<number[]> {
    return this.rows.countsBy('cloud_account_id', cloudAccountIds, where('tenant_id = ?', tenantId));
  }

  async holdAccount(tenantId: number, cloudAccountId: number): Promise<boolean> {
    // The row that the foreign key of `aws_access_key` refers to, which every change of the account locks as well.
    const lock = this.transactions.isSqlite ? '' : ' FOR UPDATE';
    const account = `SELECT id FROM cloud_account WHERE id = ? AND tenant_id = ?${lock}`;
    return (await this.transactions.query(account, [cloudAccountId, tenantId])).length > 0;
  }

  async removeOlderThan(moment: Date): Promise<void> {
    await this.repository.delete({ usedAt: LessThan(moment) });
  }

  private get rows() {
    return this.transactions.rows(CredentialUse);
  }

  private get repository() {
    return this.transactions.repository(CredentialUse);
  }
}
