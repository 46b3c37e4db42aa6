import type { Actor } from '#libs/events';
import { Vault, type Progress } from '#libs/encryption';
import { UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { CredentialsUnreadable } from '../aws-credentials.errors.js';
import { AccessKeyStore, subjectOf } from './access-key-store.js';
import type { StoredAccessKey } from '../stored-access-key.entity.js';
import { StoredAccessKeys } from './stored-access-keys.js';

/** What a walk over every stored secret found. */
export interface Walked {
  readonly secrets: number;
  /** The accounts whose secret does not open, each once. */
  readonly unreadable: readonly number[];
}

const atOnce = 100;
/** How often the secrets are looked through, because gateways seal some meanwhile. */
const passes = 5;

/** All stored secrets, whosever they are: for the operator, who sees none of them. */
@Injectable()
export class SealedSecrets {
  constructor(
    private readonly credentials: AccessKeyStore,
    private readonly stored: StoredAccessKeys,
    private readonly vault: Vault,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Opens every secret, and forgets it. */
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
   * Seals anew, with the newest key of its tenant, every secret that is sealed with an older one, each in a unit of work
   * of its own. A secret that somebody replaces meanwhile is left to them.
   *
   * @param newest the id of each tenant's newest key, by the tenant's
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
