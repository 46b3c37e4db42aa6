import type { SealedSecret } from '#libs/encryption';
import type { AccessKeySlot, StoredAccessKey } from '../stored-access-key.entity.js';

/** All stored access keys, as the domain sees them: a collection. */
export abstract class StoredAccessKeys {
  abstract find(tenantId: number, cloudAccountId: number, slot: AccessKeySlot): Promise<StoredAccessKey | null>;

  /** The keys of these accounts in every slot. */
  abstract all(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]>;

  /** The current keys. */
  abstract ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]>;

  /** Writes the key into its slot, over the one that is there. */
  abstract put(key: Omit<StoredAccessKey, 'id' | 'maskedAccessKeyId'>): Promise<void>;

  /** Which of these ids are kept in any slot of any account, whoever's it is. */
  abstract findStoredIds(accessKeyIds: readonly string[]): Promise<string[]>;

  abstract markVerified(tenantId: number, cloudAccountId: number, at: Date): Promise<void>;

  /** Whosever they are, by id: those behind `id`, at most `limit`. */
  abstract allAfter(id: number, limit: number): Promise<StoredAccessKey[]>;

  /** Of every tenant. */
  abstract count(): Promise<number>;

  /** Puts the same secret, sealed anew, in the place of what was seen; false when that is not there any more. */
  abstract reseal(seen: StoredAccessKey, sealed: SealedSecret): Promise<boolean>;

  /** From one slot, or from all of them. */
  abstract remove(tenantId: number, cloudAccountId: number, slot?: AccessKeySlot): Promise<void>;
}
