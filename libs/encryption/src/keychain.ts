import { randomBytes } from 'node:crypto';
import type { Clock } from '#libs/kernel';
import { CiphertextRejected, commitmentOf, deriveKey, isCommitted, keyLength, type EncryptionKey } from './envelope.js';
import { KeyCache } from './key-cache.js';
import type { KeyRing } from './key-ring.js';
import { StoredKeyExists, wrapContextOf, type KeyPurpose, type StoredKey, type StoredKeys } from './keys.js';

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

  constructor(
    private readonly ring: KeyRing,
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
    const stored = await this.storedKeys.find(id);
    if (!stored) throw new CiphertextRejected('key id');
    return this.unwrap(stored, 'tenant', tenantId);
  }

  /**
   * A key of 32 bytes for one use inside the gateway, always the same one for the same `info`, and no other use may
   * have that `info`. It does not depend on the KEKs, which can be replaced without voiding what it signed.
   */
  async gatewayKey(info: string): Promise<Buffer> {
    const root = this.#gatewayKey
      ? this.unwrap(this.#gatewayKey, 'gateway', null)
      : await this.newestOrNew('gateway', null);
    try {
      return deriveKey(root.bytes, info);
    } finally {
      root.bytes.fill(0);
    }
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
  }

  private async newestOrNew(purpose: KeyPurpose, tenantId: number | null): Promise<EncryptionKey> {
    for (let attempt = 1; ; attempt++) {
      // Only a key that is not there is made anew: one that does not unwrap must stop us, not be passed over.
      const stored = await this.storedKeys.newestFor(purpose, tenantId);
      if (stored) return this.unwrap(stored, purpose, tenantId);
      try {
        return await this.make(purpose, tenantId);
      } catch (error) {
        if (!(error instanceof StoredKeyExists) || attempt === attempts) throw error;
      }
    }
  }

  private async make(purpose: KeyPurpose, tenantId: number | null): Promise<EncryptionKey> {
    const identity = { purpose, tenantId, version: 1 };
    const context = wrapContextOf(identity);
    const bytes = randomBytes(keyLength);
    try {
      const { kekId, wrapped } = this.ring.wrap(bytes, context);
      const commitment = commitmentOf(bytes, context);
      const createdAt = this.clock.now();
      const id = await this.storedKeys.add({ ...identity, kekId, wrappedKey: wrapped, commitment, createdAt });
      return { id, bytes };
    } catch (error) {
      bytes.fill(0);
      throw error;
    }
  }

  private unwrap(stored: StoredKey, purpose: KeyPurpose, tenantId: number | null): EncryptionKey {
    if (stored.purpose !== purpose || stored.tenantId !== tenantId) throw new CiphertextRejected('key id');

    // Named by all that unwrapping authenticates: a row altered in any of it must not find what the true one left.
    const context = wrapContextOf(stored);
    const { kekId, wrappedKey, commitment } = stored;
    const name = JSON.stringify([kekId, ...context, wrappedKey.toString('base64'), commitment.toString('base64')]);
    const remembered = this.#unwrapped.get(name);
    if (remembered) return { id: stored.id, bytes: remembered };

    const bytes = this.ring.unwrap(kekId, wrappedKey, context);
    if (bytes.length !== keyLength || !isCommitted(bytes, context, commitment)) {
      bytes.fill(0);
      throw new CiphertextRejected('commitment');
    }
    const copy = Buffer.from(bytes);
    this.#unwrapped.put(name, bytes);
    return { id: stored.id, bytes: copy };
  }
}
