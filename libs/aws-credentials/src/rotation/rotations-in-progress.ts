import { Events, type Actor } from '#libs/events';
import type { AccountReference, Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotations } from '../access-key-rotations.js';
import { factsOf } from './rotation-journal.js';

/** The rotations that are not over. They need no account and no AWS, so that what decides about accounts can ask here. */
@Injectable()
export class RotationsInProgress {
  constructor(
    private readonly rotations: AccessKeyRotations,
    private readonly events: Events,
  ) {}

  /** By the id of the account. */
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
   * Leaves a rotation as it is at AWS, because its account is detached by force. What was made there is named in the event.
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
