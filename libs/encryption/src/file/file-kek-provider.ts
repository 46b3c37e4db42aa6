import { statSync } from 'node:fs';
import { KekProvider, type WrappedKey } from '../kek-provider.js';
import type { KeyRing } from '../key-ring.js';
import { KeyRingUnusable, readKeyRingFile } from './key-ring-file.js';

/**
 * The KEKs in a key ring file, as it is now: the file is read again when it was replaced, so that a rotation needs no
 * restart. A file that cannot be used then changes nothing: what was known stays known.
 */
export class FileKekProvider extends KekProvider {
  #ring: KeyRing;
  /** The ring before, while nothing proves that the present one goes on from it. */
  #before: KeyRing | undefined;
  #stamp: string | null;
  #fault: string | null = null;

  /**
   * @param onFault is told why a file that was replaced is not used, once for each replacement
   * @throws KeyRingUnusable when the file cannot be used from the start
   */
  constructor(
    private readonly path: string,
    private readonly onFault: (fault: KeyRingUnusable) => void = () => undefined,
  ) {
    super();
    // Before it is read: what is put there meanwhile is noticed the next time.
    this.#stamp = stampOf(path);
    this.#ring = readKeyRingFile(path);
  }

  /** The ring as the file has it now, or had it when it last could be used. */
  get ring(): KeyRing {
    const stamp = stampOf(this.path);
    if (stamp === this.#stamp) return this.#ring;

    this.#stamp = stamp;
    try {
      const next = readKeyRingFile(this.path);
      if (!this.#ring.agreesWith(next)) {
        const wayOut =
          'Restore the key ring file of this gateway. Until then, the gateway continues with the key ring that it read before.';
        throw new KeyRingUnusable(this.path, 'contains another key under an existing key ID', wayOut);
      }
      // So it is after several rotations of which we heard nothing, and when it is another gateway's. That one wraps
      // nothing, because the database does not admit its key; and we go on reading.
      this.#before = this.#ring.sharedWith(next).length === 0 ? this.#ring : undefined;
      this.#ring = next;
      this.#fault = null;
    } catch (error) {
      if (!(error instanceof KeyRingUnusable)) throw error;
      this.#fault = `The key ring file ${error.fault}.`;
      this.onFault(error);
    }
    return this.#ring;
  }

  override faultNow(): string | null {
    void this.ring;
    return this.#fault;
  }

  get active(): string {
    return this.ring.active;
  }

  has(kekId: string): boolean {
    return this.ringWith(kekId).has(kekId);
  }

  wrap(plaintextKey: Buffer, context: readonly string[]): WrappedKey {
    return this.ring.wrap(plaintextKey, context);
  }

  unwrap(kekId: string, wrapped: Buffer, context: readonly string[]): Buffer {
    return this.ringWith(kekId).unwrap(kekId, wrapped, context);
  }

  private ringWith(kekId: string): KeyRing {
    const { ring } = this;
    return ring.has(kekId) ? ring : (this.#before ?? ring);
  }
}

/** Changes whenever another file is put there, and with every change of the file; null when none can be seen. */
function stampOf(path: string): string | null {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch {
    return null; // why, reading it tells
  }
}
