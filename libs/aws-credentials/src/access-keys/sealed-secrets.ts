import type { Actor } from '#libs/events';
import { Vault, type Progress } from '#libs/encryption';
import { UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { CredentialsUnreadable } from '../aws-credentials.errors.js';
import { AccessKeyStore, subjectOf } from './access-key-store.js';
import type { StoredAccessKey } from '../stored-access-key.entity.js';
import { StoredAccessKeys } from './stored-access-keys.js';

/** Result of a pass over all stored secrets. */
export interface Walked {
  readonly secrets: number;
  /** Accounts whose secret cannot be decrypted, each once. */
  readonly unreadable: readonly number[];
}

const atOnce = 100;
/** Number of passes, because gateways store secrets in the meantime. */
const passes = 5;

/** All stored secrets of every tenant, for the operator. Never returns a secret. */
@Injectable()
export class SealedSecrets {
  constructor(
    private readonly credentials: AccessKeyStore,
    private readonly stored: StoredAccessKeys,
    private readonly vault: Vault,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Decrypts every secret, without returning it. */
  async verify(actor: Actor, progress: Progress): Promise<Walked> {
    const unreadable = new Set<number>();
    const total = await this.stored.count();
    let secrets = 0;
    for await (const key of this.all()) {
      if (!(await this.open(key, actor))) unreadable.add(key.cloudAccountId);
      progress(++secrets, Math.max(total, secrets));
    }
    return { secrets, unreadable: [...unreadable] };
  }

  /**
   * Encrypts every secret that uses an older encryption key with the newest encryption key of its tenant, each in its
   * own unit of work. Skips secrets that are replaced in the meantime.
   *
   * @param newest ID of the newest encryption key by tenant ID
   */
  async reseal(newest: ReadonlyMap<number, number>, actor: Actor, progress: Progress): Promise<Walked> {
    const unreadable = new Set<number>();
    let secrets = 0;
    for (let pass = 1; pass <= passes; pass++) {
      const left: StoredAccessKey[] = [];
      for await (const key of this.all()) {
        const isOld = key.encryptionKeyId < (newest.get(key.tenantId) ?? 0);
        if (isOld && !unreadable.has(key.cloudAccountId)) left.push(key);
      }
      if (left.length === 0) break;
      const total = secrets + left.length;
      for (const key of left) {
        if (!(await this.resealOne(key, actor))) unreadable.add(key.cloudAccountId);
        else progress(++secrets, total);
      }
    }
    return { secrets, unreadable: [...unreadable] };
  }

  private async resealOne(key: StoredAccessKey, actor: Actor): Promise<boolean> {
    const opened = await this.open(key, actor);
    if (!opened) return false;

    await this.unitOfWork.run(async () => {
      await this.stored.reseal(key, await this.vault.seal(subjectOf(key), opened.secretAccessKey));
    });
    return true;
  }

  private async open(key: StoredAccessKey, actor: Actor) {
    try {
      return await this.credentials.open(key, { actor, purpose: 'KEY_RING' });
    } catch (error) {
      if (error instanceof CredentialsUnreadable) return null;
      throw error;
    }
  }

  private async *all(): AsyncGenerator<StoredAccessKey> {
    for (let after = 0; ;) {
      const some = await this.stored.allAfter(after, atOnce);
      yield* some;
      const last = some.at(-1);
      if (!last) return;
      after = last.id;
    }
  }
}
