import { CiphertextRejected, isCommitted } from './envelope.js';
import type { KeyRing } from './key-ring.js';

/** What a stored key is for: the secrets of one tenant, or the root of the gateway's own derived keys. */
export type KeyPurpose = 'tenant' | 'gateway';

/** A data key as it is stored: never without its wrapping. It is read and added, and its identity never changes. */
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
   * Joins the unit of work in progress, if there is one.
   *
   * @returns the id the key got
   * @throws StoredKeyExists when purpose, tenant and version are taken; `null` is a tenant like any other here
   */
  abstract add(key: NewStoredKey): Promise<number>;

  /** Every key there is, by id. */
  abstract list(): Promise<StoredKey[]>;
}

/** Somebody else has just made this version of the key. Read again: theirs is the one to use. */
export class StoredKeyExists extends Error {
  override readonly name = 'StoredKeyExists';

  constructor(options?: ErrorOptions) {
    super('The key with this purpose, tenant and version is stored already.', options);
  }
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
