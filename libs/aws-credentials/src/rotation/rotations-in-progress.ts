import { Events, type Actor } from '#libs/events';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotations } from '../access-key-rotations.js';
import { factsOf } from './rotation-journal.js';

/** Rotations that have not ended. Depends on neither accounts nor AWS, so that the rules for accounts can use it. */
@Injectable()
export class RotationsInProgress {
  constructor(
    private readonly rotations: AccessKeyRotations,
    private readonly events: Events,
  ) {}

  /** By account ID. */
  async findByAccounts(accounts: readonly AccountReference[]): Promise<ReadonlyMap<number, AccessKeyRotation>> {
    const found = new Map<number, AccessKeyRotation>();
    for (const [tenantId, some] of Map.groupBy(accounts, (account) => account.tenantId)) {
      const ids = some.map(({ id }) => id);
      for (const rotation of await this.rotations.ofAccounts(tenantId, ids))
        if (!rotation.isOver) found.set(rotation.cloudAccountId, rotation);
    }
    return found;
  }

  /**
   * Ends a rotation without changes in AWS, because its account is force-detached. The event names what the rotation
   * created.
   *
   * @returns whether one was in progress
   */
  async abandon(account: Held<AccountReference>, actor: Actor, now: Date): Promise<boolean> {
    const rotation = await this.rotations.hold(account);
    if (!rotation || rotation.isOver) return false;
    rotation.end('FAILED', now);
    await this.rotations.update(rotation);
    const { tenantId, id } = account;
    const subject = ['CloudAccount', id] as const;
    const data = factsOf(rotation);
    await this.events.record({ type: 'ACCESS_KEY_ROTATION_GIVEN_UP', tenantId, subject, actor, at: now, data });
    return true;
  }
}
