import { Clock, clientNetwork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { TooManyFailedAttempts } from './access.errors.js';

/** What the operator sets. */
export class FailedAttemptLimit {
  /** How many API keys may be refused in one minute, for each network of a client. */
  readonly perMinute: number = 30;
}

const window = 60_000;
/** Of each of the two lists below; the entries used least recently are dropped. Together they take a few megabytes. */
const mostEntries = 10_000;

/**
 * Counts API keys that were refused, so that guessing costs the database nothing. A key that this process accepted before is
 * let in whatever happens: many clients share one address behind NAT. Counts and keys are held in memory only.
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

  /** How many networks are counted at the moment. */
  get size(): number {
    return this.failures.size;
  }

  /**
   * Counts an attempt as failed until `succeed` says otherwise: of many attempts at once, no more get through.
   *
   * @param key the keyed hash of the API key; null when its form is wrong
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

/** One attempt, of which exactly one outcome is told. */
export interface Attempt {
  succeed(): void;
  fail(): void;
  /** Nobody knows whether the key is right. */
  abandon(): void;
}
