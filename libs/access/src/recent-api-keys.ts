import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { ApiKey } from './api-key.entity.js';

/** Maximum age of a cached API key in milliseconds. A change by another process is visible after this time. */
export const longestAge = 1000;
const mostKeys = 10_000;

interface Read {
  readonly key: Promise<ApiKey | null>;
  readonly startedAt: number;
}

/**
 * API keys that were read within the last second, by the keyed hash of their token. Every request needs its API key,
 * and many requests can use the same one. Changes by this process are visible immediately.
 */
@Injectable()
export class RecentApiKeys {
  /** Number of cache hits and misses. */
  readonly lookups = { hits: 0, misses: 0 };
  private readonly reads = new LRUCache<string, Read>({ max: mostKeys });

  /** @param read finds the API key in the database; null is not cached */
  async get(hash: Buffer, read: () => Promise<ApiKey | null>): Promise<ApiKey | null> {
    const name = hash.toString('base64');
    const recent = this.reads.get(name);
    if (recent && performance.now() - recent.startedAt < longestAge) {
      this.lookups.hits++;
      return recent.key;
    }
    this.lookups.misses++;

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

  /** Makes the effect of `change` visible to every later request. */
  async forgetAfter<T>(change: Promise<T>): Promise<T> {
    try {
      return await change;
    } finally {
      this.reads.clear();
    }
  }
}
