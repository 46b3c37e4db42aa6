import type { Page, PageRequest } from '#libs/kernel';
import type { DeletedCloudAccount } from './deleted-cloud-account.entity.js';

/** What is left of the accounts that were deleted. Only ever added to. */
export abstract class DeletedCloudAccounts {
  abstract add(deleted: DeletedCloudAccount): Promise<void>;

  abstract list(tenantId: number, page: PageRequest<'DELETED_AT'>): Promise<Page<DeletedCloudAccount>>;

  abstract count(tenantId: number): Promise<number>;
}
