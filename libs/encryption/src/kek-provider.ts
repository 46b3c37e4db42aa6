/** Synchronous for a file, asynchronous for a service over a network. */
export type Awaitable<T> = T | Promise<T>;

/** A key in its stored form, and the ID of the KEK that unwraps it (at most 16 characters). */
export interface WrappedKey {
  readonly kekId: string;
  readonly wrapped: Buffer;
}

/**
 * Provider of the key-encryption keys (KEKs). They only encrypt stored keys, and their bytes are never returned.
 *
 * A KEK can be added or removed at any time: ask each time, and do not cache answers.
 */
export abstract class KekProvider {
  /** ID of the KEK that wraps: the one that the operator chose last among the usable ones. */
  abstract get active(): string;

  /** Whether the KEK with this ID can unwrap. */
  abstract has(kekId: string): Awaitable<boolean>;

  /**
   * Reason why the KEKs can no longer be read, as a sentence. Null while they can. Those that were read before remain
   * in use.
   */
  faultNow?(): string | null;

  /** Encrypts a key with the active KEK. The same context is needed to unwrap it. */
  abstract wrap(plaintextKey: Buffer, context: readonly string[]): Awaitable<WrappedKey>;

  /**
   * Decrypts a key. The caller owns the Buffer, and must zero it.
   *
   * @throws CiphertextRejected also when the KEK does not exist; use `has` to distinguish the two cases
   */
  abstract unwrap(kekId: string, wrapped: Buffer, context: readonly string[]): Awaitable<Buffer>;
}
