import type { Page } from '#libs/kernel';
import type { DeletedCloudAccount } from '../deletion/deleted-cloud-account.entity.js';
import { DeletedCloudAccounts } from '../deletion/deleted-cloud-accounts.js';

export class InMemoryDeletedCloudAccounts extends DeletedCloudAccounts {
  private rows: DeletedCloudAccount[] = [];

  async add(deleted: DeletedCloudAccount): Promise<void> {
    this.rows.push(deleted);
  }

  async list(tenantId: number): Promise<Page<DeletedCloudAccount>> {
    return { items: this.of(tenantId).toReversed(), hasNextPage: false, hasPreviousPage: false };
  }

  async count(tenantId: number): Promise<number> {
    return this.of(tenantId).length;
  }

  /** Returns a function that restores the current state. */
  snapshot(): () => void {
    const rows = [...this.rows];
    return () => (this.rows = rows);
  }

  private of(tenantId: number): DeletedCloudAccount[] {
    return this.rows.filter((row) => row.tenantId === tenantId);
  }
}
