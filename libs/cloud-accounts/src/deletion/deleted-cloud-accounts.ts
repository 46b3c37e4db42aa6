import type { Page, PageRequest } from '#libs/kernel';
import type { DeletedCloudAccount } from './deleted-cloud-account.entity.js';

/** Records of deleted accounts. Append-only. */
export abstract class DeletedCloudAccounts {
  abstract add(deleted: DeletedCloudAccount): Promise<void>;

  abstract list(tenantId: number, page: PageRequest<'DELETED_AT'>): Promise<Page<DeletedCloudAccount>>;

  abstract count(tenantId: number): Promise<number>;
}
