import { Transactions, where } from '#libs/database';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import { ExternalId } from './external-id.entity.js';
import { ExternalIds } from './external-ids.js';

@Injectable()
export class TypeOrmExternalIds extends ExternalIds {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, handle: string): Promise<ExternalId | null> {
    return this.rows.findOneBy({ tenantId, handle });
  }

  findById(tenantId: number, externalId: string): Promise<ExternalId | null> {
    return this.rows.findOneBy({ tenantId, externalId });
  }

  findInAllTenants(handle: string): Promise<ExternalId | null> {
    return this.rows.findOneBy({ handle });
  }

  ofAccount(tenantId: number, cloudAccountId: number): Promise<ExternalId | null> {
    return this.rows.findOneBy({ tenantId, cloudAccountId });
  }

  list(tenantId: number, page: PageRequest<'CREATED_AT'>): Promise<Page<ExternalId>> {
    const orders = { CREATED_AT: { property: 'createdAt' } };
    return this.transactions.rows(ExternalId).page([where('tenant_id = ?', tenantId)], orders, page);
  }

  count(tenantId: number): Promise<number> {
    return this.rows.countBy({ tenantId });
  }

  async add(externalId: ExternalId): Promise<void> {
    await this.rows.insert(externalId);
  }

  async assign({ id }: ExternalId, account: Held<AccountReference>, assignedAt: Date): Promise<boolean> {
    const taken = { cloudAccountId: account.id, assignedAt };
    const { affected } = await this.rows.update({ id, cloudAccountId: IsNull() }, taken);
    return affected === 1;
  }

  private get rows() {
    return this.transactions.repository(ExternalId);
  }
}
