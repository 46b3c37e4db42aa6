import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ApiKey } from './api-key.entity.js';

/** Age of an API key from which it is read again, in milliseconds: a change by another process is visible by then. */
export const longestAge = 1000;
const mostKeys = 10_000;

interface Read {
  readonly key: Promise<ApiKey | null>;
  readonly startedAt: number;
}

/**
 * API keys that were read within the last second, each by the keyed hash of its token. Every request needs its API key, and
 * many requests of one key arrive in a second. Changes by this process are visible at once.
 */
@Injectable()
export class RecentApiKeys {
  private readonly reads = new LRUCache<string, Read>({ max: mostKeys });

  /** @param read finds the API key in the database; what it does not find is not remembered */
  async get(hash: Buffer, read: () => Promise<ApiKey | null>): Promise<ApiKey | null> {
    const name = hash.toString('base64');
    const recent = this.reads.get(name);
    if (recent && performance.now() - recent.startedAt < longestAge) return recent.key;

    const now: Read = { key: read(), startedAt: performance.now() };
    this.reads.set(name, now);
    const forget = () => this.reads.peek(name) === now && this.reads.delete(name);
    try {
      const key = await now.key;
      if (!key) forget();
      return key;
    } catch (error) {
      forget();
      throw error;
    }
  }

  /** Makes the effect of `change` visible to every request that begins afterwards. */
  async forgetAfter<T>(change: Promise<T>): Promise<T> {
    try {
      return await change;
    } finally {
      this.reads.clear();
    }
  }
}
