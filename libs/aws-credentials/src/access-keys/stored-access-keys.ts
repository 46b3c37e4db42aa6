import type { SealedSecret } from '#libs/encryption';
import type { AccessKeySlot, StoredAccessKey } from '../stored-access-key.entity.js';

/** Collection of all stored access keys. */
export abstract class StoredAccessKeys {
  abstract find(tenantId: number, cloudAccountId: number, slot: AccessKeySlot): Promise<StoredAccessKey | null>;

  /** Access keys of these accounts in every slot. */
  abstract all(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]>;

  /** Current access keys. */
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]>;

  /** Stores the access key in its slot. Replaces the one there. */
  abstract put(key: Omit<StoredAccessKey, 'id' | 'maskedAccessKeyId'>): Promise<void>;

  /** IDs that are stored in any slot of any account, of any tenant. */
  abstract findStoredIds(accessKeyIds: readonly string[]): Promise<string[]>;

  abstract markVerified(tenantId: number, cloudAccountId: number, at: Date): Promise<void>;

  /** At most `limit` access keys of any tenant with a higher ID than `id`, sorted by ID. */
  abstract allAfter(id: number, limit: number): Promise<StoredAccessKey[]>;

  /** Of every tenant. */
  abstract count(): Promise<number>;

  /** Replaces the ciphertext of the same secret. @returns false when `seen` is no longer stored */
  abstract reseal(seen: StoredAccessKey, sealed: SealedSecret): Promise<boolean>;

  /** Removes access keys from one slot, or from all slots. */
  abstract remove(tenantId: number, cloudAccountId: number, slot?: AccessKeySlot): Promise<void>;
}
