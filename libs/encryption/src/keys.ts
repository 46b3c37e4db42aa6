import { CiphertextRejected, isCommitted, keyLength } from './envelope.js';
import type { KekProvider, WrappedKey } from './kek-provider.js';
import type { KeyRing } from './key-ring.js';

/** Purpose of a stored key: secrets of one tenant, or root of the gateway's derived keys. */
export type KeyPurpose = 'tenant' | 'gateway';

/** Stored data key, always wrapped. Only the wrapping can change. */
export interface StoredKey {
  readonly id: number;
  /** Null for the key of the gateway. */
  readonly tenantId: number | null;
  readonly purpose: KeyPurpose;
  /** Starts at 1 for each purpose and tenant. */
  readonly version: number;
  readonly kekId: string;
  /** 64 bytes. */
  readonly wrappedKey: Buffer;
  /** 32 bytes. */
  readonly commitment: Buffer;
  readonly createdAt: Date;
}

export type NewStoredKey = Omit<StoredKey, 'id'>;

/** Collection of all stored keys. */
export abstract class StoredKeys {
  abstract find(id: number): Promise<StoredKey | null>;

  /** Key with the highest version. */
  abstract newestFor(purpose: KeyPurpose, tenantId: number | null): Promise<StoredKey | null>;

  /**
   * Joins the current unit of work, if any. Until it ends, the KEK cannot be dismissed.
   *
   * @returns the assigned ID
   * @throws StoredKeyExists when the combination of purpose, tenant and version exists; `null` counts as a tenant here
   * @throws KekNotAdmitted when nothing can be wrapped with the key's KEK (any more)
   */
  abstract add(key: NewStoredKey): Promise<number>;

  /** All keys, sorted by ID. */
  abstract list(): Promise<StoredKey[]>;

  /**
   * Replaces the wrapping of `seen`.
   *
   * @returns false when the key is no longer stored as seen
   * @throws KekNotAdmitted
   */
  abstract rewrap(seen: StoredKey, by: WrappedKey): Promise<boolean>;

  /** KEKs with which keys can be wrapped, oldest first. */
  abstract admitted(): Promise<AdmittedKek[]>;

  /** Allows keys to be wrapped with this KEK. Does nothing if it is already admitted. */
  abstract admit(kek: AdmittedKek): Promise<void>;

  /**
   * Prevents keys from being wrapped with this KEK, unless it wraps a key.
   *
   * @returns number of keys that it wraps; it was dismissed if 0
   */
  abstract dismiss(kekId: string): Promise<number>;
}

/** KEK that the database knows. */
export interface AdmittedKek {
  readonly kekId: string;
  /** Record that only this KEK opens: see `KeyRing.canary`. */
  readonly canary: Buffer;
  readonly admittedAt: Date;
}

/** Another process has just created this version of the key. Read it again, and use that one. */
export class StoredKeyExists extends Error {
  override readonly name = 'StoredKeyExists';

  constructor(options?: ErrorOptions) {
    super('A key with this purpose, tenant and version is already stored.', options);
  }
}

/** The KEK was retired, or was never admitted: what it wraps could be lost. Look for a newer KEK. */
export class KekNotAdmitted extends Error {
  override readonly name = 'KekNotAdmitted';

  constructor(kekId: string) {
    super(`The key-encryption key ${kekId} is no longer allowed for encryption.`);
  }
}

/**
 * Decrypts a stored key. The caller owns the Buffer, and must zero it.
 *
 * @throws CiphertextRejected unless it is exactly the stored key
 */
export async function unwrapStoredKey(keks: KekProvider, stored: NewStoredKey): Promise<Buffer> {
  const context = wrapContextOf(stored);
  const bytes = await keks.unwrap(stored.kekId, stored.wrappedKey, context);
  if (bytes.length === keyLength && isCommitted(bytes, context, stored.commitment)) return bytes;
  bytes.fill(0);
  throw new CiphertextRejected('commitment');
}

/** Whether the ring has the KEK that wraps this stored key. */
export function opensStoredKey(
  ring: KeyRing,
  key: Pick<StoredKey, 'kekId' | 'purpose' | 'tenantId' | 'version' | 'wrappedKey' | 'commitment'>,
): boolean {
  try {
    const context = wrapContextOf(key);
    const bytes = ring.unwrap(key.kekId, key.wrappedKey, context);
    const opens = isCommitted(bytes, context, key.commitment);
    bytes.fill(0);
    return opens;
  } catch (error) {
    if (error instanceof CiphertextRejected) return false;
    throw error;
  }
}

/**
 * Context that a wrapped key and its commitment are bound to. The ID is not part of it, because it is assigned later.
 */
export function wrapContextOf(key: Pick<StoredKey, 'purpose' | 'tenantId' | 'version'>): string[] {
  return [key.purpose, String(key.tenantId ?? 'gateway'), String(key.version)];
}
