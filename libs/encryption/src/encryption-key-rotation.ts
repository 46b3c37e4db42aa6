import type { Clock } from '#libs/kernel';
import { CiphertextRejected } from './envelope.js';
import type { KekProvider } from './kek-provider.js';
import type { Keychain } from './keychain.js';
import { unwrapStoredKey, wrapContextOf, type StoredKey, type StoredKeys } from './keys.js';

/** Called after each step with the number of finished and of all items. */
export type Progress = (done: number, of: number) => void;

/** A key-encryption key (KEK), and what it wraps. */
export interface KekUse {
  readonly kekId: string;
  readonly isActive: boolean;
  /** Whether the key ring contains it. */
  readonly isThere: boolean;
  /** Time when the database admitted it. Null when it did not, so nothing can be wrapped with it. */
  readonly admittedAt: Date | null;
  readonly wrappedKeys: number;
}

/** Result of wrapping the stored keys. */
export interface Rewrapped {
  readonly done: number;
  /** Keys that no KEK can unwrap. They were not changed. */
  readonly unreadable: readonly StoredKey[];
}

/** The change of the key ring was refused. The message is for the operator: reason and remediation. */
export class KeyRingChangeRefused extends Error {
  override readonly name = 'KeyRingChangeRefused';
}

/** Number of passes over the keys, because gateways create keys in the meantime. */
const passes = 5;

/**
 * Replaces encryption keys while gateways use them. Each step is complete by itself: after an interruption, all data is
 * still readable, and the same command continues.
 */
export class EncryptionKeyRotation {
  constructor(
    private readonly keks: KekProvider,
    private readonly storedKeys: StoredKeys,
    private readonly keychain: Keychain,
    private readonly clock: Clock,
  ) {}

  /** All KEKs that are in the ring, admitted, or used by a key. @param ids those in the ring */
  async uses(ids: readonly string[]): Promise<KekUse[]> {
    const admitted = new Map((await this.storedKeys.admitted()).map((kek) => [kek.kekId, kek.admittedAt]));
    const keys = await this.storedKeys.list();
    const all = new Set([...admitted.keys(), ...ids, ...keys.map(({ kekId }) => kekId)]);
    return [...all].map((kekId) => ({
      kekId,
      isActive: kekId === this.keks.active,
      isThere: ids.includes(kekId),
      admittedAt: admitted.get(kekId) ?? null,
      wrappedKeys: keys.filter((key) => key.kekId === kekId).length,
    }));
  }

  /** Allows gateways to wrap with a KEK. Call it before a gateway can know the KEK. */
  admit(kekId: string, canary: Buffer): Promise<void> {
    return this.storedKeys.admit({ kekId, canary, admittedAt: this.clock.now() });
  }

  /** Wraps every stored key that uses another KEK with the active KEK, each in its own unit of work. */
  async rewrap(progress: Progress): Promise<Rewrapped> {
    const unreadable = new Map<number, StoredKey>();
    let done = 0;
    for (let pass = 1; pass <= passes; pass++) {
      const left = (await this.storedKeys.list()).filter(
        ({ id, kekId }) => kekId !== this.keks.active && !unreadable.has(id),
      );
      if (left.length === 0) break;
      const total = done + left.length;
      for (const key of left) {
        const isReadable = await this.rewrapOne(key);
        if (!isReadable) unreadable.set(key.id, key);
        else progress(++done, total);
      }
    }
    return { done, unreadable: [...unreadable.values()] };
  }

  /**
   * Creates a new key for each tenant whose key is older than the active KEK, so that holders of older keys cannot read
   * what is encrypted from now on. Can be repeated without creating another key.
   */
  async renewTenantKeys(progress: Progress): Promise<void> {
    const since = await this.activeSince();
    const newest = await this.newestTenantKeys();
    for (const [i, key] of newest.entries()) {
      if (key.createdAt < since) await this.keychain.renewTenantKey(key);
      progress(i + 1, newest.length);
    }
  }

  /** Newest key of each tenant that has one. */
  async newestTenantKeys(): Promise<StoredKey[]> {
    const newest = new Map<number, StoredKey>();
    for (const key of await this.storedKeys.list()) {
      if (key.tenantId === null) continue;
      const known = newest.get(key.tenantId);
      if (!known || known.version < key.version) newest.set(key.tenantId, key);
    }
    return [...newest.values()];
  }

  /** Stored keys that cannot be unwrapped. */
  async unreadableKeys(progress: Progress): Promise<{ keys: number; unreadable: StoredKey[] }> {
    const keys = await this.storedKeys.list();
    const unreadable: StoredKey[] = [];
    for (const [i, seen] of keys.entries()) {
      // Read again if it cannot be unwrapped: in the meantime it can have been wrapped with another KEK, and the old
      // one retired.
      const opens = (await this.opens(seen)) || (await this.opens(await this.storedKeys.find(seen.id)));
      if (!opens) unreadable.push(seen);
      progress(i + 1, keys.length);
    }
    return { keys: keys.length, unreadable };
  }

  /**
   * Makes the database refuse keys that are wrapped with this KEK. Then it can be removed from the ring.
   *
   * @throws KeyRingChangeRefused while it is the active KEK, or wraps a key
   */
  async dismiss(kekId: string): Promise<void> {
    if (kekId === this.keks.active) {
      throw new KeyRingChangeRefused(
        `${kekId} is the active key. Run \`keyring rotate\` and \`keyring rewrap\` first.`,
      );
    }
    const wrapped = await this.storedKeys.dismiss(kekId);
    if (wrapped === 0) return;
    throw new KeyRingChangeRefused(
      `${wrapped} stored ${wrapped === 1 ? 'key is' : 'keys are'} still wrapped with ${kekId}. Run \`keyring rewrap\`, then run this command again.`,
    );
  }

  private async activeSince(): Promise<Date> {
    const active = (await this.storedKeys.admitted()).find(({ kekId }) => kekId === this.keks.active);
    return active?.admittedAt ?? this.clock.now();
  }

  /** @returns false when the key cannot be unwrapped; true also when another process has wrapped it in the meantime */
  private async rewrapOne(key: StoredKey): Promise<boolean> {
    let bytes: Buffer | undefined;
    try {
      bytes = await unwrapStoredKey(this.keks, key);
      await this.storedKeys.rewrap(key, await this.keks.wrap(bytes, wrapContextOf(key)));
      return true;
    } catch (error) {
      if (!(error instanceof CiphertextRejected)) throw error;
      const now = await this.storedKeys.find(key.id);
      return now?.kekId !== key.kekId;
    } finally {
      bytes?.fill(0);
    }
  }

  private async opens(key: StoredKey | null): Promise<boolean> {
    if (!key) return true; // deleted in the meantime
    try {
      (await unwrapStoredKey(this.keks, key)).fill(0);
      return true;
    } catch (error) {
      if (error instanceof CiphertextRejected) return false;
      throw error;
    }
  }
}
