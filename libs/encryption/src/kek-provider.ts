/** At once, as a file can, or later, as a service over a network. */
export type Awaitable<T> = T | Promise<T>;

/** A key as it may be stored, and the id of the key-encryption key that opens it (at most 16 characters). */
export interface WrappedKey {
  readonly kekId: string;
  readonly wrapped: Buffer;
}

/**
 * Whoever has the key-encryption keys (KEKs). They encrypt stored keys and nothing else, and nobody is given their bytes.
 *
 * A KEK may come or go while we run: ask each time, and keep no answer.
 */
export abstract class KekProvider {
  /** The id of the KEK that wraps: of all that can be used, the one the operator chose last. */
  abstract get active(): string;

  /** Whether the KEK of this id can unwrap. */
  abstract has(kekId: string): Awaitable<boolean>;

  /** Why the keys cannot be read any more, as a sentence; null while they can. The ones that were read before still serve. */
  faultNow?(): string | null;

  /** Encrypts a key under the active KEK. Needs the same context to be unwrapped. */
  abstract wrap(plaintextKey: Buffer, context: readonly string[]): Awaitable<WrappedKey>;

  /**
   * What `wrap` was given. The caller owns the Buffer, and zeroes it when done.
   *
   * @throws CiphertextRejected also when there is no such KEK; ask `has` to tell the two apart
   */
  abstract unwrap(kekId: string, wrapped: Buffer, context: readonly string[]): Awaitable<Buffer>;
}
