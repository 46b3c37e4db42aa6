import { CiphertextRejected, isCommitted, keyLength } from './envelope.js';
import type { KekProvider, WrappedKey } from './kek-provider.js';
import type { KeyRing } from './key-ring.js';

/** What a stored key is for: the secrets of one tenant, or the root of the gateway's own derived keys. */
export type KeyPurpose = 'tenant' | 'gateway';

/** A data key as it is stored: never without its wrapping, which alone may change. */
export interface StoredKey {
  readonly id: number;
  /** Null for the gateway's own. */
  readonly tenantId: number | null;
  readonly purpose: KeyPurpose;
  /** From 1, counted for each purpose and tenant. */
  readonly version: number;
  readonly kekId: string;
  /** 64 bytes. */
  readonly wrappedKey: Buffer;
  /** 32 bytes. */
  readonly commitment: Buffer;
  readonly createdAt: Date;
}

export type NewStoredKey = Omit<StoredKey, 'id'>;

/** All stored keys: a collection. */
export abstract class StoredKeys {
  abstract find(id: number): Promise<StoredKey | null>;

  /** The key with the highest version. */
  abstract newestFor(purpose: KeyPurpose, tenantId: number | null): Promise<StoredKey | null>;

  /**
   * Joins the unit of work in progress, if there is one, and until it ends keeps the KEK from being dismissed.
   *
   * @returns the id the key got
   * @throws StoredKeyExists when purpose, tenant and version are taken; `null` is a tenant like any other here
   * @throws KekNotAdmitted when nothing may be wrapped under the key's KEK (any more)
   */
  abstract add(key: NewStoredKey): Promise<number>;

  /** Every key there is, by id. */
  abstract list(): Promise<StoredKey[]>;

  /**
   * Puts another wrapping in the place of the one that was seen.
   *
   * @returns false when the key is not stored as it was seen
   * @throws KekNotAdmitted
   */
  abstract rewrap(seen: StoredKey, by: WrappedKey): Promise<boolean>;

  /** The KEKs that keys may be wrapped under, the oldest first. */
  abstract admitted(): Promise<AdmittedKek[]>;

  /** From now on keys may be wrapped under this KEK. Nothing happens when it was admitted before. */
  abstract admit(kek: AdmittedKek): Promise<void>;

  /**
   * From now on nothing can be wrapped under this KEK, whoever still has it; unless something is.
   *
   * @returns how many keys are wrapped under it: it was dismissed when none is
   */
  abstract dismiss(kekId: string): Promise<number>;
}

/** A key-encryption key that the database knows. */
export interface AdmittedKek {
  readonly kekId: string;
  /** A record that only this KEK opens: see `KeyRing.canary`. */
  readonly canary: Buffer;
  readonly admittedAt: Date;
}

/** Somebody else has just made this version of the key. Read again: theirs is the one to use. */
export class StoredKeyExists extends Error {
  override readonly name = 'StoredKeyExists';

  constructor(options?: ErrorOptions) {
    super('A key with this purpose, tenant and version is already stored.', options);
  }
}

/** The KEK was retired, or nobody told the database of it: what is wrapped under it might be lost. Look for a newer one. */
export class KekNotAdmitted extends Error {
  override readonly name = 'KekNotAdmitted';

  constructor(kekId: string) {
    super(`The key-encryption key ${kekId} is no longer allowed for encryption.`);
  }
}

/**
 * The key in clear. The caller owns the Buffer, and zeroes it when done.
 *
 * @throws CiphertextRejected unless it is the very key that was stored
 */
export async function unwrapStoredKey(keks: KekProvider, stored: NewStoredKey): Promise<Buffer> {
  const context = wrapContextOf(stored);
  const bytes = await keks.unwrap(stored.kekId, stored.wrappedKey, context);
  if (bytes.length === keyLength && isCommitted(bytes, context, stored.commitment)) return bytes;
  bytes.fill(0);
  throw new CiphertextRejected('commitment');
}

/** Whether the ring has the very key-encryption key this stored key was wrapped with. */
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

/** What a wrapped key and its commitment are bound to. The id is not part of it: it is given only when both exist. */
export function wrapContextOf(key: Pick<StoredKey, 'purpose' | 'tenantId' | 'version'>): string[] {
  return [key.purpose, String(key.tenantId ?? 'gateway'), String(key.version)];
}
