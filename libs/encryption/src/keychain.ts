import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { Clock } from '#libs/kernel';
import { LRUCache } from 'lru-cache';
import { CiphertextRejected, commitmentOf, deriveKey, keyLength, type EncryptionKey } from './envelope.js';
import type { KekProvider } from './kek-provider.js';
import { KeyCache } from './key-cache.js';
import {
  KekNotAdmitted,
  StoredKeyExists,
  unwrapStoredKey,
  wrapContextOf,
  type KeyPurpose,
  type StoredKey,
  type StoredKeys,
} from './keys.js';

const attempts = 3;

/**
 * Data keys, created on first use. Every returned Buffer is a copy that the caller must zero.
 *
 * A key that is created inside a unit of work is rolled back with it. So use a key in the unit of work that stores the
 * encrypted data, and do not keep it: after a rollback, its row does not exist, and its ID can be assigned to another
 * key. The keychain therefore caches how a row is unwrapped, never that it exists, and queries the collection each
 * time. For the same reason, callers do not wait for each other's new keys.
 */
export class Keychain {
  readonly #unwrapped: KeyCache;
  #gatewayKey: StoredKey | undefined;
  readonly #macKeys = new LRUCache<string, KeyObject>({ max: 1000 });

  constructor(
    private readonly keks: KekProvider,
    private readonly storedKeys: StoredKeys,
    private readonly clock: Clock,
  ) {
    this.#unwrapped = new KeyCache(clock);
  }

  /** Number of hits and misses in the cache of unwrapped keys. */
  get lookups(): { readonly hits: number; readonly misses: number } {
    return this.#unwrapped.lookups;
  }

  /** Newest encryption key of a tenant, created if it has none. */
  tenantKey(tenantId: number): Promise<EncryptionKey> {
    return this.newestOrNew('tenant', tenantId);
  }

  /**
   * Encryption key of this tenant with this ID.
   *
   * @throws CiphertextRejected when it does not exist, or belongs to another tenant
   */
  async keyById(id: number, tenantId: number): Promise<EncryptionKey> {
    const find = async () => (await this.storedKeys.find(id)) ?? missing();
    return this.unwrapNow(await find(), find, 'tenant', tenantId);
  }

  /**
   * Creates a new version of a tenant's key. Older versions can still decrypt. Does nothing if `seen` is no longer the
   * newest: another process has created one.
   */
  async renewTenantKey(seen: StoredKey): Promise<void> {
    try {
      const { bytes } = await this.make('tenant', seen.tenantId, seen.version + 1);
      bytes.fill(0);
    } catch (error) {
      if (!(error instanceof StoredKeyExists)) throw error;
    }
  }

  /**
   * Key of 32 bytes for one purpose inside the gateway. Always the same for the same `info`, which no other purpose may
   * use. Does not depend on the KEKs, so their replacement does not invalidate signatures.
   */
  async gatewayKey(info: string): Promise<Buffer> {
    const root = await this.rootKey();
    try {
      return deriveKey(root.bytes, info);
    } finally {
      root.bytes.fill(0);
    }
  }

  /**
   * HMAC-SHA256 of a text with the gateway key for `info`. The derived key is cached, because every request needs it.
   */
  async mac(info: string, text: string): Promise<Buffer> {
    const key = this.#macKeys.get(info) ?? (await this.macKey(info));
    return createHmac('sha256', key).update(text).digest();
  }

  /**
   * Creates the root key of the gateway if it does not exist, and caches it. Call it at the start, outside of units of
   * work: afterwards, the row is assumed to exist permanently.
   */
  async prepareGatewayKey(): Promise<void> {
    const { bytes } = await this.newestOrNew('gateway', null);
    bytes.fill(0);
    this.#gatewayKey = (await this.storedKeys.newestFor('gateway', null)) ?? undefined;
  }

  /** Zeroes all cached keys, but not those that were returned. */
  close(): void {
    this.#unwrapped.close();
    this.#macKeys.clear();
  }

  private async macKey(info: string): Promise<KeyObject> {
    const bytes = await this.gatewayKey(info);
    try {
      const key = createSecretKey(bytes);
      // Until it is prepared, the root key can belong to a unit of work that is rolled back.
      if (this.#gatewayKey) this.#macKeys.set(info, key);
      return key;
    } finally {
      bytes.fill(0);
    }
  }

  private async rootKey(): Promise<EncryptionKey> {
    if (!this.#gatewayKey) return this.newestOrNew('gateway', null);

    const again = async () => (this.#gatewayKey = (await this.storedKeys.newestFor('gateway', null)) ?? missing());
    return this.unwrapNow(this.#gatewayKey, again, 'gateway', null);
  }

  private async newestOrNew(purpose: KeyPurpose, tenantId: number | null): Promise<EncryptionKey> {
    for (let attempt = 1; ; attempt++) {
      // Only a missing key is created. A key that cannot be unwrapped is an error.
      const stored = await this.storedKeys.newestFor(purpose, tenantId);
      if (stored) {
        const again = async () => (await this.storedKeys.newestFor(purpose, tenantId)) ?? missing();
        return this.unwrapNow(stored, again, purpose, tenantId);
      }
      try {
        return await this.make(purpose, tenantId, 1);
      } catch (error) {
        if (!(error instanceof StoredKeyExists) || attempt === attempts) throw error;
      }
    }
  }

  private async make(purpose: KeyPurpose, tenantId: number | null, version: number): Promise<EncryptionKey> {
    const identity = { purpose, tenantId, version };
    const context = wrapContextOf(identity);
    const bytes = randomBytes(keyLength);
    try {
      for (let attempt = 1; ; attempt++) {
        const { kekId, wrapped } = await this.keks.wrap(bytes, context);
        const commitment = commitmentOf(bytes, context);
        const createdAt = this.clock.now();
        try {
          const id = await this.storedKeys.add({ ...identity, kekId, wrappedKey: wrapped, commitment, createdAt });
          return { id, bytes };
        } catch (error) {
          // The KEK was retired in the meantime: use the newer one.
          if (!(error instanceof KekNotAdmitted) || attempt === attempts) throw error;
        }
      }
    } catch (error) {
      bytes.fill(0);
      throw error;
    }
  }

  /**
   * @param again reads the key once more: in the meantime it can have been wrapped with another KEK, and the old one
   * retired
   */
  private async unwrapNow(
    stored: StoredKey,
    again: () => Promise<StoredKey>,
    purpose: KeyPurpose,
    tenantId: number | null,
  ): Promise<EncryptionKey> {
    try {
      return await this.unwrap(stored, purpose, tenantId);
    } catch (error) {
      if (!(error instanceof CiphertextRejected) || (await this.keks.has(stored.kekId))) throw error;
      return this.unwrap(await again(), purpose, tenantId);
    }
  }

  private async unwrap(stored: StoredKey, purpose: KeyPurpose, tenantId: number | null): Promise<EncryptionKey> {
    if (stored.purpose !== purpose || stored.tenantId !== tenantId) throw new CiphertextRejected('key id');

    // Cached by everything that unwrapping authenticates, so that a changed row does not match the cache entry of the
    // original.
    const context = wrapContextOf(stored);
    const { kekId, wrappedKey, commitment } = stored;
    const name = JSON.stringify([kekId, ...context, wrappedKey.toString('base64'), commitment.toString('base64')]);
    const remembered = this.#unwrapped.get(name);
    if (remembered) return { id: stored.id, bytes: remembered };

    const bytes = await unwrapStoredKey(this.keks, stored);
    const copy = Buffer.from(bytes);
    this.#unwrapped.put(name, bytes);
    return { id: stored.id, bytes: copy };
  }
}

function missing(): never {
  throw new CiphertextRejected('key id');
}
