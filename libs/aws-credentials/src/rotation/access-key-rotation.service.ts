import { Events, type Actor } from '#libs/events';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { AccessKeyStore } from '../access-keys/access-key-store.js';
import { CredentialsNotRotatable, CredentialsRejected } from '../aws-credentials.errors.js';
import { AwsIam } from '../aws-iam.js';
import { cancellable, accessKeyToRotate, type RotatableAccessKeys } from '../rotatable-access-keys.js';
import { AccessKeyRotation } from '../access-key-rotation.entity.js';
import { AccessKeyRotationReconciler } from './access-key-rotation.reconciler.js';
import { AccessKeyRotations } from '../access-key-rotations.js';
import type { RotatedAccount } from './rotated-accounts.js';
import { factsOf } from './rotation-journal.js';
import { refuseUnlessRotatable } from './rotation-preflight.js';

/** Starts and cancels rotations. `AccessKeyRotator` does the steps. The caller checks permissions. */
@Injectable()
export class AccessKeyRotationService {
  constructor(
    private readonly aws: AwsIam,
    private readonly credentials: AccessKeyStore,
    private readonly rotations: AccessKeyRotations,
    private readonly events: Events,
    private readonly loop: AccessKeyRotationReconciler,
  ) {}

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<AccessKeyRotation[]> {
    return this.rotations.ofAccounts(tenantId, cloudAccountIds);
  }

  /**
   * Checks whether AWS allows the rotation, without changing anything. Never call it in a unit of work: it waits for
   * AWS.
   *
   * @throws CredentialsNotRotatable, RotationInProgress, AwsAccessKeyLimit, CredentialsRejected
   */
  async refuseUnlessPossible(account: RotatedAccount, actor: Actor): Promise<void> {
    const { tenantId, id } = account;
    accessKeyToRotate(await this.rotatableOf(tenantId, id));
    const key = await this.credentials.reveal(tenantId, id, 'CURRENT', { actor, purpose: 'ROTATION' });
    if (!key) throw new CredentialsNotRotatable();
    await refuseUnlessRotatable(this.aws, key, account).catch((error: unknown) => {
      throw error instanceof CredentialsRejected ? error.ofStored(['input', 'id']) : error;
    });
  }

  /**
   * Starts a rotation. Call `refuseUnlessPossible` first.
   *
   * @throws CredentialsNotRotatable, RotationInProgress
   */
  async begin(account: Held<RotatedAccount>, startedBy: Actor, now: Date): Promise<AccessKeyRotation> {
    const { tenantId, id, awsUserId } = account;
    const current = accessKeyToRotate(await this.rotatableOf(tenantId, id));
    if (awsUserId === null) throw new CredentialsNotRotatable();
    const of = { tenantId, cloudAccountId: id, awsUserId, oldKeyId: current.accessKeyId, startedBy };
    const rotation = AccessKeyRotation.begin(of, now);
    await this.rotations.replace(account, rotation);
    await this.record('ACCESS_KEY_ROTATION_STARTED', rotation, startedBy, now);
    this.loop.nudge();
    return rotation;
  }

  /**
   * Keeps the old access key and deletes the new one.
   *
   * @throws RotationNotInProgress, RotationNotCancellable
   */
  async cancel(account: Held<RotatedAccount>, actor: Actor, now: Date): Promise<void> {
    const rotation = cancellable(await this.rotations.hold(account));
    rotation.cancel(now);
    await this.rotations.update(rotation);
    await this.record(
      rotation.isOver ? 'ACCESS_KEY_ROTATION_GIVEN_UP' : 'ACCESS_KEY_ROTATION_CANCEL_REQUESTED',
      rotation,
      actor,
      now,
    );
    if (rotation.isOver) await this.credentials.removeRetiring(account);
    this.loop.nudge();
  }

  private async rotatableOf(tenantId: number, cloudAccountId: number): Promise<RotatableAccessKeys> {
    const [rotatable] = await this.credentials.listRotatable(tenantId, [cloudAccountId]);
    return rotatable!;
  }

  private record(type: string, rotation: AccessKeyRotation, actor: Actor, at: Date): Promise<void> {
    const { tenantId, cloudAccountId } = rotation;
    const subject = ['CloudAccount', cloudAccountId] as const;
    return this.events.record({ type, tenantId, subject, actor, at, data: factsOf(rotation) });
  }
}
