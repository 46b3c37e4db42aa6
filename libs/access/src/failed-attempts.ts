import { Clock, clientNetwork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TooManyFailedAttempts } from './access.errors.js';

/** Set by the operator. */
export class FailedAttemptLimit {
  /** Maximum number of refused API keys per minute for each client network. */
  readonly perMinute: number = 30;
}

const window = 60_000;
/** Of each of the two lists below. The least recently used entries are dropped. Together they use a few megabytes. */
const mostEntries = 10_000;

/**
 * Counts refused API keys, so that guessing causes no queries. An API key that this process accepted before is always
 * checked, because many clients can share one address behind NAT. Kept in memory only.
 */
@Injectable()
export class FailedAttempts {
  private readonly failures: LRUCache<string, number>;
  /** Keyed hashes. */
  private readonly accepted = new LRUCache<string, true>({ max: mostEntries });

  constructor(
    private readonly limit: FailedAttemptLimit,
    clock: Clock,
  ) {
    const now = () => clock.now().getTime();
    this.failures = new LRUCache({ max: mostEntries, ttl: window, ttlResolution: 0, noUpdateTTL: true, perf: { now } });
  }

  /** Number of counted networks. */
  get size(): number {
    return this.failures.size;
  }

  /**
   * Counts an attempt as failed until `succeed` is called, so that concurrent attempts cannot exceed the limit.
   *
   * @param key keyed hash of the API key; null when its format is invalid
   * @throws TooManyFailedAttempts
   */
  begin(address: string, key: Buffer | null): Attempt {
    const name = key?.toString('base64');
    if (name !== undefined && this.accepted.has(name))
      return {
        succeed: () => this.accepted.set(name, true),
        fail: () => this.accepted.delete(name),
        abandon: () => undefined,
      };

    const network = clientNetwork(address);
    const count = this.failures.get(network) ?? 0;
    if (count >= this.limit.perMinute)
      throw new TooManyFailedAttempts(Math.ceil(this.failures.getRemainingTTL(network) / 1000));
    this.failures.set(network, count + 1);
    const abandon = () => {
      const failures = this.failures.get(network);
      if (failures) this.failures.set(network, failures - 1);
    };
    return {
      succeed: () => {
        if (name !== undefined) this.accepted.set(name, true);
        abandon();
      },
      fail: () => undefined,
      abandon,
    };
  }
}

/** Attempt. Exactly one of its methods must be called. */
export interface Attempt {
  succeed(): void;
  fail(): void;
  /** It is unknown whether the API key is valid. */
  abandon(): void;
}
