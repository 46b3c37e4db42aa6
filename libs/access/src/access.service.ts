import { timingSafeEqual } from 'node:crypto';
import { Clock } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccessRecords } from './access-records.js';
import { Unauthenticated } from './access.errors.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeyService } from './api-key.service.js';
import { FailedAttempts } from './failed-attempts.js';
import { parseApiKeyToken } from './api-key-token.js';
import { RecentApiKeys } from './recent-api-keys.js';
import type { Viewer } from './viewer.js';

/** Compared when no API key was found, so that the comparison takes the same time. */
const noHash = Buffer.alloc(32);
/**
 * Interval in milliseconds at which the last use of an API key is stored, so that reads do not cause a write each time.
 */
const useNoted = 60_000;

/** Authenticates requests. */
@Injectable()
export class AccessService {
  constructor(
    private readonly records: AccessRecords,
    private readonly keys: ApiKeyService,
    private readonly attempts: FailedAttempts,
    private readonly recentKeys: RecentApiKeys,
    private readonly clock: Clock,
  ) {}

  /**
   * Returns the viewer for an `Authorization` header. An unknown API key takes as long as a wrong secret.
   *
   * @param address client address of the request
   * @throws Unauthenticated with the reason; TooManyFailedAttempts before any query to the database
   */
  async authenticate(authorization: string | undefined, address: string): Promise<Viewer> {
    const [, text] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
    if (!text) throw new Unauthenticated('MISSING');

    const presented = parseApiKeyToken(text);
    const hash = presented && (await this.keys.hash(presented.token));
    const attempt = await this.attempts.begin(address, hash);
    try {
      if (!presented || !hash) throw new Unauthenticated('MALFORMED');
      const viewer = await this.viewerOf(presented.keyId, hash, address);
      attempt.succeed();
      return viewer;
    } catch (error) {
      // The API key of a suspended tenant is correct, so it does not count as a guess.
      if (error instanceof Unauthenticated && error.refusal !== 'TENANT_SUSPENDED') attempt.fail();
      else attempt.abandon();
      throw error;
    }
  }

  private async viewerOf(keyId: string, hash: Buffer, address: string): Promise<Viewer> {
    const key = await this.recentKeys.get(hash, () => this.keyOf(keyId, hash));
    if (!key) throw new Unauthenticated('UNKNOWN');

    const now = this.clock.now();
    const reason = key.refusalOf(address, now);
    if (reason) throw new Unauthenticated(reason, { tenantId: key.tenantId, apiKeyId: key.id });

    if (key.use(now, useNoted)) {
      // Reads must also work while the database cannot be written.
      await this.records.markKeyUsed(key.id, now).catch(() => undefined);
    }
    return key.viewer;
  }

  private async keyOf(keyId: string, hash: Buffer): Promise<ApiKey | null> {
    const key = await this.records.findKeyToken(keyId);
    return timingSafeEqual(hash, key?.tokenHash ?? noHash) ? key : null;
  }
}
