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
  private readonly pending = new Map<string, Pending>();

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
   * Waits while as many attempts of the network are in progress as could still fail, so that concurrent attempts cannot
   * exceed the limit, and correct API keys are not refused for each other.
   *
   * @param key keyed hash of the API key; null when its format is invalid
   * @throws TooManyFailedAttempts
   */
  async begin(address: string, key: Buffer | null): Promise<Attempt> {
    const name = key?.toString('base64');
    const network = clientNetwork(address);
    for (;;) {
      if (name !== undefined && this.accepted.has(name)) return this.knownAttempt(name);
      const failed = this.failures.get(network) ?? 0;
      if (failed >= this.limit.perMinute)
        throw new TooManyFailedAttempts(Math.ceil(this.failures.getRemainingTTL(network) / 1000));
      const pending = this.pending.get(network);
      if (failed + (pending?.count ?? 0) < this.limit.perMinute) return this.newAttempt(network, name);
      await new Promise<void>((resolve) => pending!.waiting.push(resolve));
    }
  }

  private knownAttempt(name: string): Attempt {
    return {
      succeed: () => this.accepted.set(name, true),
      fail: () => this.accepted.delete(name),
      abandon: () => undefined,
    };
  }

  private newAttempt(network: string, name: string | undefined): Attempt {
    const pending = this.pending.get(network) ?? { count: 0, waiting: [] };
    this.pending.set(network, pending);
    pending.count++;
    const end = () => {
      pending.count--;
      if (pending.count === 0) this.pending.delete(network);
      for (const resume of pending.waiting.splice(0)) resume();
    };
    return {
      succeed: () => {
        if (name !== undefined) this.accepted.set(name, true);
        end();
      },
      fail: () => {
        this.failures.set(network, (this.failures.get(network) ?? 0) + 1);
        end();
      },
      abandon: end,
    };
  }
}

/** Attempts of a network in progress, and those that wait for their end. */
interface Pending {
  count: number;
  readonly waiting: (() => void)[];
}

/** Attempt. Exactly one of its methods must be called. */
export interface Attempt {
  succeed(): void;
  fail(): void;
  /** It is unknown whether the API key is valid. */
  abandon(): void;
}
