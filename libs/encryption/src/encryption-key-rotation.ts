import type { Clock } from '#libs/kernel';
import { CiphertextRejected } from './envelope.js';
import type { KekProvider } from './kek-provider.js';
import type { Keychain } from './keychain.js';
import { unwrapStoredKey, wrapContextOf, type StoredKey, type StoredKeys } from './keys.js';

/** Told after each step of a long work: how many of how many are done. */
export type Progress = (done: number, of: number) => void;

/** A key-encryption key, and what would be lost with it. */
export interface KekUse {
  readonly kekId: string;
  readonly isActive: boolean;
  /** Whether we have it; one that we do not have opens nothing. */
  readonly isThere: boolean;
  /** When the database was told of it; null when it was not, so that nothing may be wrapped under it. */
  readonly admittedAt: Date | null;
  readonly wrappedKeys: number;
}

/** What became of the stored keys. */
export interface Rewrapped {
  readonly done: number;
  /** Keys that do not open, under whatever KEK: they stayed as they are. */
  readonly unreadable: readonly StoredKey[];
}

/** The ring cannot be changed so. The message is for the operator: why, and the way out. */
export class KeyRingChangeRefused extends Error {
  override readonly name = 'KeyRingChangeRefused';
}

/** How often the keys are listed anew, because gateways make keys meanwhile. */
const passes = 5;

/**
 * Replacing the keys while gateways go on using them. Every step is whole by itself: whoever is cut off anywhere leaves
 * all that was readable readable, and goes on where it stopped when it is begun anew.
 */
export class EncryptionKeyRotation {
  constructor(
    private readonly keks: KekProvider,
    private readonly storedKeys: StoredKeys,
    private readonly keychain: Keychain,
    private readonly clock: Clock,
  ) {}

  /** Every KEK that is in the ring, admitted, or named by a key. @param ids those in the ring */
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

  /** Lets gateways wrap under a KEK. Call it before any of them can know the KEK. */
  admit(kekId: string, canary: Buffer): Promise<void> {
    return this.storedKeys.admit({ kekId, canary, admittedAt: this.clock.now() });
  }

  /** Wraps every stored key that is under another KEK under the active one, each in a unit of work of its own. */
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
   * Gives each tenant a key that is no older than the active KEK, so that nobody who saw older ones can read what is
   * encrypted from now on. Begun anew it makes no second one.
   */
  async renewTenantKeys(progress: Progress): Promise<void> {
    const since = await this.activeSince();
    const newest = await this.newestTenantKeys();
    for (const [i, key] of newest.entries()) {
      if (key.createdAt < since) await this.keychain.renewTenantKey(key);
      progress(i + 1, newest.length);
    }
  }

  /** The newest key of each tenant that has one. */
  async newestTenantKeys(): Promise<StoredKey[]> {
    const newest = new Map<number, StoredKey>();
    for (const key of await this.storedKeys.list()) {
      if (key.tenantId === null) continue;
      const known = newest.get(key.tenantId);
      if (!known || known.version < key.version) newest.set(key.tenantId, key);
    }
    return [...newest.values()];
  }

  /** The stored keys that do not open. */
  async unreadableKeys(progress: Progress): Promise<{ keys: number; unreadable: StoredKey[] }> {
    const keys = await this.storedKeys.list();
    const unreadable: StoredKey[] = [];
    for (const [i, seen] of keys.entries()) {
      // Read once more when it does not open: somebody may have wrapped it anew since, and retired what it was under.
      const opens = (await this.opens(seen)) || (await this.opens(await this.storedKeys.find(seen.id)));
      if (!opens) unreadable.push(seen);
      progress(i + 1, keys.length);
    }
    return { keys: keys.length, unreadable };
  }

  /**
   * Has the database refuse whatever is wrapped under this KEK from now on: then it may leave the ring.
   *
   * @throws KeyRingChangeRefused while it is the active one, or something is wrapped under it
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

  /** @returns false when the key does not open; true also when somebody else has wrapped it meanwhile */
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
    if (!key) return true; // gone since
    try {
      (await unwrapStoredKey(this.keks, key)).fill(0);
      return true;
    } catch (error) {
      if (error instanceof CiphertextRejected) return false;
      throw error;
    }
  }
}
