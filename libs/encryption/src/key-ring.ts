import { createHmac, randomBytes } from 'node:crypto';
import { aes256Gcm, CiphertextRejected, keyLength, openBehind, sealBehind } from './envelope.js';
import type { KekProvider } from './kek-provider.js';

export type KekId = `kek-${string}`;

const header = Buffer.from([...Buffer.from('gwk', 'latin1'), aes256Gcm]);

export function isKekId(text: string): text is KekId {
  return /^kek-[0-9a-f]{8}$/.test(text);
}

export function newKekId(): KekId {
  return `kek-${randomBytes(4).toString('hex')}`;
}

/**
 * Key-encryption keys (KEKs): they only encrypt stored keys. The active one wraps. The others unwrap what was wrapped
 * earlier.
 *
 * The ring keeps the bytes for the lifetime of the process, and never returns them.
 */
export class KeyRing implements KekProvider {
  readonly #keks: ReadonlyMap<string, Buffer>;

  /** @param keks 32 bytes each; they belong to the ring from now on */
  constructor(
    readonly active: KekId,
    keks: ReadonlyMap<KekId, Buffer>,
  ) {
    if (!keks.has(active)) throw new TypeError('The active key is not in the key ring.');
    for (const [id, bytes] of keks) {
      if (!isKekId(id)) throw new TypeError('The ID of a key-encryption key must be "kek-" and 8 hexadecimal digits.');
      if (bytes.length !== keyLength) throw new TypeError(`A key-encryption key must have ${keyLength} bytes.`);
    }
    this.#keks = new Map(keks);
  }

  get ids(): readonly KekId[] {
    return [...this.#keks.keys()].filter(isKekId);
  }

  has(kekId: string): kekId is KekId {
    return this.#keks.has(kekId);
  }

  /** Encrypts a key with the active KEK: 64 bytes for a key of 32. The same context is needed to unwrap it. */
  wrap(plaintextKey: Buffer, context: readonly string[]): { kekId: KekId; wrapped: Buffer } {
    const kekId = this.active;
    return { kekId, wrapped: sealBehind(header, this.kek(kekId), plaintextKey, ['wrap', kekId, ...context]) };
  }

  /**
   * Decrypts a key. The caller owns the Buffer, and must zero it.
   *
   * @throws CiphertextRejected also when the KEK is not in the ring; use `has` to distinguish the two cases
   */
  unwrap(kekId: string, wrapped: Buffer, context: readonly string[]): Buffer {
    return openBehind(header, this.kek(kekId), wrapped, ['wrap', kekId, ...context]);
  }

  /**
   * Record that only this KEK opens. It is stored in the database, and shows at a start whether a ring with the same
   * KEK ID has the same KEK.
   *
   * @throws CiphertextRejected when the KEK is not in the ring
   */
  canary(kekId: string): Buffer {
    return sealBehind(header, this.kek(kekId), Buffer.alloc(keyLength), ['canary', kekId]);
  }

  /** False also when the KEK is not in the ring. */
  canaryOpens(kekId: string, record: Buffer): boolean {
    try {
      openBehind(header, this.kek(kekId), record, ['canary', kekId]);
      return true;
    } catch (error) {
      if (error instanceof CiphertextRejected) return false;
      throw error;
    }
  }

  /** Distinguishes two KEKs with the same ID without revealing their bytes: 16 hexadecimal digits. */
  fingerprint(kekId: string): string {
    return createHmac('sha256', this.kek(kekId)).update('fingerprint').digest('hex').slice(0, 16);
  }

  /** Whether all KEKs that are in both rings have the same bytes. */
  agreesWith(other: KeyRing): boolean {
    return this.sharedWith(other).every((id) => other.canaryOpens(id, this.canary(id)));
  }

  /** IDs of the KEKs that are in both rings. */
  sharedWith(other: KeyRing): readonly KekId[] {
    return this.ids.filter((id) => other.has(id));
  }

  private kek(kekId: string): Buffer {
    const kek = this.#keks.get(kekId);
    if (!kek) throw new CiphertextRejected('key-encryption key');
    return kek;
  }
}
