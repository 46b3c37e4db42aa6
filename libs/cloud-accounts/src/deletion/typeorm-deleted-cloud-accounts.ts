import { Transactions, where } from '#libs/database';
import type { Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { DeletedCloudAccount } from './deleted-cloud-account.entity.js';
import { DeletedCloudAccounts } from './deleted-cloud-accounts.js';

@Injectable()
export class TypeOrmDeletedCloudAccounts extends DeletedCloudAccounts {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  async add(deleted: DeletedCloudAccount): Promise<void> {
    await this.rows.insert(deleted);
  }

  list(tenantId: number, page: PageRequest<'DELETED_AT'>): Promise<Page<DeletedCloudAccount>> {
    const orders = { DELETED_AT: { property: 'deletedAt' } };
    return this.transactions.rows(DeletedCloudAccount).page([where('tenant_id = ?', tenantId)], orders, page);
  }

  count(tenantId: number): Promise<number> {
    return this.rows.countBy({ tenantId });
  }

  private get rows() {
    return this.transactions.repository(DeletedCloudAccount);
  }
}
