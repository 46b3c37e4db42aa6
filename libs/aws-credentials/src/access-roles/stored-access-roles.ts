import type { StoredAccessRole } from './stored-access-role.entity.js';

type Slot = StoredAccessRole['slot'];

/** All stored access roles, as the domain sees them: a collection. */
export abstract class StoredAccessRoles {
  abstract find(tenantId: number, cloudAccountId: number, slot: Slot): Promise<StoredAccessRole | null>;

  /** Both of one account, should there be two. */
  abstract all(tenantId: number, cloudAccountId: number): Promise<StoredAccessRole[]>;

  /** The current ones. */
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessRole[]>;

  /** Writes the role into its slot, over the one that is there. @throws AwsRoleAlreadyConnected */
  abstract put(role: Omit<StoredAccessRole, 'id' | 'role'>): Promise<void>;

  abstract markVerified(tenantId: number, cloudAccountId: number, at: Date): Promise<void>;

  /** From one slot, or from both. */
  abstract remove(tenantId: number, cloudAccountId: number, slot?: Slot): Promise<void>;
}
