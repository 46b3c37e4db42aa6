import { statSync } from 'node:fs';
import { KekProvider, type WrappedKey } from '../kek-provider.js';
import type { KeyRing } from '../key-ring.js';
import { KeyRingUnusable, readKeyRingFile } from './key-ring-file.js';

/**
 * KEKs in a key ring file. Reads the file again after it was replaced, so that a rotation needs no restart. If the new
 * file cannot be used, the previous KEKs remain in use.
 */
export class FileKekProvider extends KekProvider {
  #ring: KeyRing;
  /** Previous ring, until the current one is known to be its successor. */
  #before: KeyRing | undefined;
  #stamp: string | null;
  #fault: string | null = null;

  /**
   * @param onFault receives the reason why a replaced file is not used, once for each replacement
   * @throws KeyRingUnusable when the file cannot be used at the start
   */
  constructor(
    private readonly path: string,
    private readonly onFault: (fault: KeyRingUnusable) => void = () => undefined,
  ) {
    super();
    // Before reading, so that a later change is noticed the next time.
    this.#stamp = stampOf(path);
    this.#ring = readKeyRingFile(path);
  }

  /** Ring in the current file, or the last one that could be used. */
  get ring(): KeyRing {
    const stamp = stampOf(this.path);
    if (stamp === this.#stamp) return this.#ring;

    this.#stamp = stamp;
    try {
      const next = readKeyRingFile(this.path);
      if (!this.#ring.agreesWith(next)) {
        const remediation =
          'Restore the key ring file of this gateway. Until then, the gateway continues with the key ring that it read before.';
        throw new KeyRingUnusable(this.path, 'contains another key under an existing key ID', remediation);
      }
      // This happens after several rotations that this process has missed, and with the file of another gateway. That
      // file wraps nothing, because the database does not admit its KEK, and this process can still read.
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

/** Changes with every replacement and every change of the file. Null when the file cannot be seen. */
function stampOf(path: string): string | null {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch {
    return null; // reading the file reports the reason
  }
}
