import type { Clock } from '#libs/kernel';

interface Entry {
  readonly bytes: Buffer;
  readonly since: number;
}

/**
 * Cache of unwrapped keys. A key is removed 5 minutes after it was added, regardless of its use, or when the cache is
 * full and it is the least recently used one. Removed keys are zeroed.
 *
 * A Buffer that is added belongs to the cache. A returned Buffer is a copy that belongs to the caller. So the cache can
 * zero its Buffers at any time.
 */
export class KeyCache {
  /** Number of cache hits and misses. */
  readonly lookups = { hits: 0, misses: 0 };
  readonly #entries = new Map<string, Entry>();
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param lifetime in milliseconds */
  constructor(
    private readonly clock: Clock,
    private readonly limit = 1000,
    private readonly lifetime = 5 * 60_000,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get(name: string): Buffer | undefined {
    const entry = this.#entries.get(name);
    if (!entry || this.isStale(entry)) {
      this.lookups.misses++;
      this.forget(name);
      return undefined;
    }
    this.lookups.hits++;
    // A Map has the order of insertion. Used keys move to the end, so the first is the least recently used.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    return Buffer.from(entry.bytes);
  }

  put(name: string, bytes: Buffer): void {
    if (this.#closed) {
      bytes.fill(0);
      return;
    }
    this.forget(name);
    this.#entries.set(name, { bytes, since: this.clock.now().getTime() });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.limit) break;
      this.forget(oldest);
    }
    this.scheduleSweep();
  }

  /** Removes all keys, and caches none from now on. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#sweep);
    for (const name of [...this.#entries.keys()]) this.forget(name);
  }

  private forget(name: string): void {
    this.#entries.get(name)?.bytes.fill(0);
    this.#entries.delete(name);
  }

  private isStale({ since }: Entry): boolean {
    const age = this.clock.now().getTime() - since;
    return age < 0 || age >= this.lifetime; // a clock that was set back must not extend the lifetime of a key
  }

  /** Also removes keys that are no longer requested. */
  private scheduleSweep(): void {
    if (this.#sweep || this.#entries.size === 0) return;
    const oldest = Math.min(...[...this.#entries.values()].map(({ since }) => since));
    const remaining = oldest + this.lifetime - this.clock.now().getTime();
    const delay = Math.min(Math.max(remaining, 1), this.lifetime);
    this.#sweep = setTimeout(() => {
      this.#sweep = undefined;
      for (const [name, entry] of [...this.#entries]) if (this.isStale(entry)) this.forget(name);
      this.scheduleSweep();
    }, delay).unref();
  }
}
