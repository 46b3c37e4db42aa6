import type { StoredAccessRole } from './stored-access-role.entity.js';

type Slot = StoredAccessRole['slot'];

/** Collection of all stored access roles. */
export abstract class StoredAccessRoles {
  abstract find(tenantId: number, cloudAccountId: number, slot: Slot): Promise<StoredAccessRole | null>;

  /** Access roles of one account in every slot. */
  abstract all(tenantId: number, cloudAccountId: number): Promise<StoredAccessRole[]>;

  /** Current access roles. */
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessRole[]>;

  /** Stores the role in its slot. Replaces the one there. @throws AwsRoleAlreadyConnected */
  abstract put(role: Omit<StoredAccessRole, 'id' | 'role'>): Promise<void>;

  abstract markVerified(tenantId: number, cloudAccountId: number, at: Date): Promise<void>;

  /** Removes roles from one slot, or from both. */
  abstract remove(tenantId: number, cloudAccountId: number, slot?: Slot): Promise<void>;
}
