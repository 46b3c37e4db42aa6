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
 * The data keys, made when they are first needed. Every Buffer handed out is a copy and the caller's own to zero.
 *
 * Keys and units of work: a key made inside a unit of work lives and dies with it. So use a key in the unit of work
 * that stores what was encrypted with it, and keep no key beyond: after a rollback its row is gone, and its id may
 * be given to another key. The keychain keeps to this itself: it remembers how a row unwraps, never that a row
 * exists, and asks the collection each time. Nor do callers wait for each other's new key, which might be rolled back.
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

  /** The key to encrypt a tenant's secrets with: its newest one, made now if it has none. */
  tenantKey(tenantId: number): Promise<EncryptionKey> {
    return this.newestOrNew('tenant', tenantId);
  }

  /**
   * The key that one of this tenant's records names.
   *
   * @throws CiphertextRejected when there is no such key, or it is somebody else's
   */
  async keyById(id: number, tenantId: number): Promise<EncryptionKey> {
    const find = async () => (await this.storedKeys.find(id)) ?? missing();
    return this.unwrapNow(await find(), find, 'tenant', tenantId);
  }

  /**
   * Makes the next version of a tenant's key, which is its newest from now on. What older versions encrypted they go on
   * to open. Nothing happens when the newest is not `seen` any more: somebody else was quicker.
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
   * A key of 32 bytes for one use inside the gateway, always the same one for the same `info`, and no other use may
   * have that `info`. It does not depend on the KEKs, which can be replaced without voiding what it signed.
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
   * HMAC-SHA256 of a text under the gateway key for `info`. A process derives that key once, because every request needs it.
   */
  async mac(info: string, text: string): Promise<Buffer> {
    const key = this.#macKeys.get(info) ?? (await this.macKey(info));
    return createHmac('sha256', key).update(text).digest();
  }

  /**
   * Makes the gateway's root key if there is none, and spares `gatewayKey` from reading it every time. Call it at
   * start, outside any unit of work: from here on the row is taken to be there for good.
   */
  async prepareGatewayKey(): Promise<void> {
    const { bytes } = await this.newestOrNew('gateway', null);
    bytes.fill(0);
    this.#gatewayKey = (await this.storedKeys.newestFor('gateway', null)) ?? undefined;
  }

  /** Zeroes every key that is remembered. Those handed out stay with their callers. */
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
      // Only a key that is not there is made anew: one that does not unwrap must stop us, not be passed over.
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
          // It was retired since we wrapped: there is a newer one to wrap under.
          if (!(error instanceof KekNotAdmitted) || attempt === attempts) throw error;
        }
      }
    } catch (error) {
      bytes.fill(0);
      throw error;
    }
  }

  /**
   * @param again reads the key once more: since it was read it may have been wrapped under another KEK, and the one it
   *   was under retired
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

    // Named by all that unwrapping authenticates: a row altered in any of it must not find what the true one left.
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
