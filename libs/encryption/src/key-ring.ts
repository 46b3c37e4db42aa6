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
 * The key-encryption keys (KEKs): they encrypt stored keys and nothing else. The active one wraps; the others are
 * there to unwrap what was wrapped before they were replaced.
 *
 * The ring keeps the bytes for as long as the process lives, and gives them to nobody.
 */
export class KeyRing implements KekProvider {
  readonly #keks: ReadonlyMap<string, Buffer>;

  /** @param keks 32 bytes each; they become the ring's own */
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

  /** Encrypts a key under the active KEK: 64 bytes for a key of 32. Needs the same context to be unwrapped. */
  wrap(plaintextKey: Buffer, context: readonly string[]): { kekId: KekId; wrapped: Buffer } {
    const kekId = this.active;
    return { kekId, wrapped: sealBehind(header, this.kek(kekId), plaintextKey, ['wrap', kekId, ...context]) };
  }

  /**
   * What `wrap` was given. The caller owns the Buffer, and zeroes it when done.
   *
   * @throws CiphertextRejected also when the KEK is not in the ring; ask `has` to tell the two apart
   */
  unwrap(kekId: string, wrapped: Buffer, context: readonly string[]): Buffer {
    return openBehind(header, this.kek(kekId), wrapped, ['wrap', kekId, ...context]);
  }

  /**
   * A record only this KEK opens. Kept beside the data, it tells at the next start whether a ring that has the right
   * id has the right key, too.
   *
   * @throws CiphertextRejected when the KEK is not in the ring
   */
  canary(kekId: string): Buffer {
    return sealBehind(header, this.kek(kekId), Buffer.alloc(keyLength), ['canary', kekId]);
  }

  /** False, too, when the KEK is not in the ring. */
  canaryOpens(kekId: string, record: Buffer): boolean {
    try {
      openBehind(header, this.kek(kekId), record, ['canary', kekId]);
      return true;
    } catch (error) {
      if (error instanceof CiphertextRejected) return false;
      throw error;
    }
  }

  /** Tells two KEKs of one name apart, and nothing of their bytes: 16 hexadecimal digits. */
  fingerprint(kekId: string): string {
    return createHmac('sha256', this.kek(kekId)).update('fingerprint').digest('hex').slice(0, 16);
  }

  /** Whether no KEK that is in both has other bytes there: a ring that was put together wrongly would have some. */
  agreesWith(other: KeyRing): boolean {
    return this.sharedWith(other).every((id) => other.canaryOpens(id, this.canary(id)));
  }

  /** The ids of the KEKs that are in both. */
  sharedWith(other: KeyRing): readonly KekId[] {
    return this.ids.filter((id) => other.has(id));
  }

  private kek(kekId: string): Buffer {
    const kek = this.#keks.get(kekId);
    if (!kek) throw new CiphertextRejected('key-encryption key');
    return kek;
  }
}
