import { Events, gateway } from '#libs/events';
import { addTime, UnitOfWork, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { maskAccessKeyId } from '../aws-access-key.js';
import type { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotations } from '../access-key-rotations.js';
import { RotatedAccounts, type RotatedAccount } from './rotated-accounts.js';
import { RotationPace } from './rotation-pace.js';

/** Another process has the rotation now, or its account was deleted. Nothing was changed. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** Changes a rotation and the slots. Returns the type of the event to record. */
export type RotationChange = (
  rotation: AccessKeyRotation,
  account: Held<RotatedAccount>,
  now: Date,
) => Promise<string | void>;

/**
 * Stores the progress of a rotation. Each change is one unit of work that locks the account, records an event, and
 * requires the lease.
 */
@Injectable()
export class RotationJournal {
  constructor(
    private readonly rotations: AccessKeyRotations,
    private readonly accounts: RotatedAccounts,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly pace: RotationPace,
  ) {}

  /**
   * Applies a change to the rotation if it is still at the step of `seen`. Keeps the lease while the next step is due,
   * and releases it otherwise.
   *
   * @param unlessCancelled skips the change if the rotation was cancelled since `seen`
   * @returns the current rotation
   * @throws LeaseLost when another process has the rotation; nothing was changed
   */
  write(seen: AccessKeyRotation, change: RotationChange, unlessCancelled = false): Promise<AccessKeyRotation> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.hold(seen.tenantId, seen.cloudAccountId);
      const rotation = account && (await this.rotations.hold(account));
      if (!account || rotation?.id !== seen.id) throw new LeaseLost();
      if (rotation.leaseOwner !== seen.leaseOwner || rotation.step !== seen.step) throw new LeaseLost();
      if (unlessCancelled && rotation.isCancelled && !seen.isCancelled) return rotation;

      const stateBefore = rotation.state;
      const type = await change(rotation, account, now);
      const isDue = rotation.nextAttemptAt !== null && rotation.nextAttemptAt <= now;
      rotation.leaseOwner = isDue ? seen.leaseOwner : null;
      rotation.leaseUntil = isDue ? addTime(now, this.pace.lease) : null;
      await this.rotations.update(rotation);
      if (type) await this.record(rotation, type, now);
      if (rotation.state === 'NEEDS_ATTENTION' && stateBefore !== 'NEEDS_ATTENTION') {
        await this.record(rotation, 'ACCESS_KEY_ROTATION_NEEDS_ATTENTION', now);
      }
      if (rotation.isOver) await this.accounts.afterRotation(account, now);
      return rotation;
    });
  }

  private record(rotation: AccessKeyRotation, type: string, at: Date): Promise<void> {
    const { tenantId, cloudAccountId } = rotation;
    const data = factsOf(rotation);
    return this.events.record({ type, tenantId, subject: ['CloudAccount', cloudAccountId], actor: gateway, at, data });
  }
}

/** Data of an event about a rotation. Access key IDs are masked. No secrets. */
export function factsOf(rotation: AccessKeyRotation): Record<string, unknown> {
  const { oldKeyId, newKeyId, orphanKeyId, candidateIds, attempt, lastFault, isSuperseded } = rotation;
  const masked = (id: string | null) => id && maskAccessKeyId(id);
  return {
    oldAccessKeyId: masked(oldKeyId),
    newAccessKeyId: masked(newKeyId),
    attempt,
    ...(orphanKeyId && { orphanAccessKeyId: masked(orphanKeyId) }),
    ...(candidateIds && { candidates: candidateIds.map(maskAccessKeyId) }),
    ...(lastFault && { lastFault: lastFault.code }),
    ...(isSuperseded && { isSuperseded }),
  };
}
