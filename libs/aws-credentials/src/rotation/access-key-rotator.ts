import { addTime, backOff, DomainError, type AccountReference, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { maskAccessKeyId, type AwsAccessKey } from '../aws-access-key.js';
import { AccessKeyStore } from '../access-keys/access-key-store.js';
import { AwsOrphanedAccessKeyAmbiguous, CredentialsRejected } from '../aws-credentials.errors.js';
import { AwsIam, type AwsKeysOfUser } from '../aws-iam.js';
import type { AccessKeyRotation, RotationFault, RotationStep } from '../access-key-rotation.entity.js';
import { refuseAccessKeyLimit } from './rotation-preflight.js';
import { RotatedAccounts, type RotatedAccount } from './rotated-accounts.js';
import { LeaseLost, RotationJournal, type RotationChange } from './rotation-journal.js';
import { RotationPace } from './rotation-pace.js';

/** State that one step works with. */
interface Situation {
  readonly rotation: AccessKeyRotation;
  readonly account: RotatedAccount;
}

/**
 * Takes the steps of a rotation. Each step first calls AWS, then stores the result, so it can be repeated after a
 * crash. The exception is CREATE: AWS can have created an access key whose secret was lost, so the rotator looks for it
 * (RESOLVE). Steps that cannot be undone are stored before the call (CREATE, DELETE_OLD).
 *
 * The current access key works at every moment: the new one becomes current only after AWS has accepted it, and the old
 * one is deleted only after AWS has accepted the new one again.
 */
@Injectable()
export class AccessKeyRotator {
  constructor(
    private readonly aws: AwsIam,
    private readonly credentials: AccessKeyStore,
    private readonly accounts: RotatedAccounts,
    private readonly journal: RotationJournal,
    private readonly pace: RotationPace,
  ) {}

  /**
   * Takes the due step.
   *
   * @returns the rotation after the step
   * @throws LeaseLost, and errors that are not an answer of AWS: the step is then repeated after the lease ends
   */
  async step(rotation: AccessKeyRotation): Promise<AccessKeyRotation> {
    const account = await this.accounts.find(rotation.tenantId, rotation.cloudAccountId);
    if (!account) throw new LeaseLost();
    const step = rotation.isCancelled ? this.stepWhenCancelled(rotation) : rotation.step;
    if (step !== rotation.step) return this.journal.write(rotation, this.rollBackStep(step));

    const situation = { rotation, account };
    try {
      return await this.take(step, situation);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return this.journal.write(rotation, async (fresh, held, now) => this.wait(fresh, held, error, now));
    }
  }

  private take(step: RotationStep, situation: Situation): Promise<AccessKeyRotation> {
    switch (step) {
      case 'LIST':
        return this.list(situation);
      case 'CREATE': // AWS was asked, but no answer was stored: the process that asked has stopped.
        return this.journal.write(situation.rotation, async (rotation, _, now) =>
          this.resolveLostResponse(rotation, now),
        );
      case 'RESOLVE':
        return this.resolve(situation);
      case 'ORPHAN_DEACTIVATE':
        return this.deactivateOrphan(situation);
      case 'ORPHAN_GRACE':
        return this.checkOrphan(situation);
      case 'ORPHAN_DELETE':
        return this.deleteOrphan(situation);
      case 'VERIFY_NEW':
        return this.prove(situation);
      case 'DEACTIVATE_OLD':
        return this.deactivateOld(situation);
      case 'GRACE':
        return this.watch(situation);
      case 'DELETE_OLD':
        return this.deleteOld(situation);
      case 'REACTIVATE_OLD':
        return this.reactivateOld(situation);
      case 'SWITCH_BACK':
        return this.switchBack(situation);
      case 'DELETE_NEW':
        return this.deleteNew(situation);
      case 'NONE':
        throw new LeaseLost();
    }
  }

  /** Step to continue with after a cancellation. Lost access keys are still looked for and deleted. */
  private stepWhenCancelled({ step }: AccessKeyRotation): RotationStep {
    switch (step) {
      case 'LIST':
        return 'NONE';
      case 'VERIFY_NEW':
        return 'DELETE_NEW';
      case 'DEACTIVATE_OLD': // The step can have been done without being stored.
      case 'GRACE':
        return 'REACTIVATE_OLD';
      default:
        return step;
    }
  }

  private rollBackStep(step: RotationStep): RotationChange {
    return async (rotation, account, now) => {
      if (step === 'NONE') {
        rotation.end('CANCELLED', now);
        return 'ACCESS_KEY_ROTATION_CANCELLED';
      }
      if (rotation.step === 'VERIFY_NEW') await this.credentials.retireCandidate(account);
      rotation.moveToStep(step, now);
      return 'ACCESS_KEY_ROTATION_ROLLING_BACK';
    };
  }

  // 1 Lists the user's access keys and checks the limit.
  private async list(situation: Situation): Promise<AccessKeyRotation> {
    const { account } = situation;
    const current = await this.acting(situation);
    const listed = await this.aws.accessKeys(current, account.region);
    await refuseAccessKeyLimit(this.aws, current, account.region, listed);
    return this.create(situation, current, listed);
  }

  // 2 Creates the new access key. The request is stored first and never repeated.
  private async create(
    { rotation, account }: Situation,
    current: AwsAccessKey,
    listed: AwsKeysOfUser,
  ): Promise<AccessKeyRotation> {
    const started = performance.now();
    const asking = await this.journal.write(rotation, async (fresh, _, now) => fresh.recordRequest(listed, now), true);
    if (asking.step !== 'CREATE') return asking;
    // A process that was suspended in the meantime can have been replaced, and must not call AWS any more.
    if (performance.now() - started > this.pace.lease / 2) throw new LeaseLost();

    let key: AwsAccessKey;
    try {
      ({ key } = await this.aws.createAccessKey(current, account.region));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return this.journal.write(asking, async (fresh, _, now) => this.notCreated(fresh, error, now));
    }
    try {
      return await this.journal.write(asking, this.storing(key));
    } catch (error) {
      // No other process has its secret, so it cannot be in use. If this fails, the process that has the rotation now
      // finds the access key.
      if (error instanceof LeaseLost) await this.aws.deleteAccessKey(current, account.region, key.accessKeyId);
      throw error;
    }
  }

  private storing(key: AwsAccessKey): RotationChange {
    return async (rotation, account, now) => {
      const keeper = { apiKeyName: rotation.startedByName };
      rotation.newKeyId = key.accessKeyId;
      rotation.lastFault = null;
      await this.credentials.putCreated(keeper, account, rotation.isCancelled ? 'RETIRING' : 'CANDIDATE', key, now);
      rotation.moveToStep(rotation.isCancelled ? 'DELETE_NEW' : 'VERIFY_NEW', now);
      return 'ACCESS_KEY_ROTATION_KEY_CREATED';
    };
  }

  private notCreated(rotation: AccessKeyRotation, error: DomainError, now: Date): string | void {
    rotation.lastFault = faultOf(error);
    if (error.code === 'AWS_ACTION_DENIED') {
      rotation.end('FAILED', now);
      return 'ACCESS_KEY_ROTATION_FAILED';
    }
    this.resolveLostResponse(rotation, now);
  }

  /** AWS can have created an access key that its lists do not show yet. */
  private resolveLostResponse(rotation: AccessKeyRotation, now: Date): void {
    rotation.moveToStep('RESOLVE', addTime(now, this.pace.settling));
  }

  // 3 Looks for the access key that AWS can have created.
  private async resolve(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    const acting = await this.acting(situation);
    const listed = await this.aws.accessKeys(acting, account.region);
    const possible = listed.keys.filter((key) => rotation.mayHaveCreatedKey(key)).map(({ accessKeyId }) => accessKeyId);
    const ours = await this.credentials.findStoredIds(possible);
    const candidates = possible.filter((id) => !ours.includes(id));

    if (candidates.length > 1) throw new AwsOrphanedAccessKeyAmbiguous(candidates.map(maskAccessKeyId));
    if (candidates.length === 1) {
      return this.journal.write(rotation, async (fresh, _, now) => {
        Object.assign(fresh, { orphanKeyId: candidates[0]!, orphanFoundAt: now, orphanGraceUntil: null });
        fresh.orphanDeletedAt = null;
        fresh.moveToStep('ORPHAN_DEACTIVATE', now);
        return 'ACCESS_KEY_ROTATION_ORPHAN_FOUND';
      });
    }
    if (rotation.isCancelled) return this.journal.write(rotation, this.ending('CANCELLED'));
    await refuseAccessKeyLimit(this.aws, acting, account.region, listed);
    return this.create(situation, acting, listed);
  }

  // 3a Deactivates it first, so that its owner can activate it again if it is not from this rotation.
  private async deactivateOrphan(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    const acting = await this.acting(situation);
    const isThere = await this.isStillThere(() =>
      this.aws.setKeyActive(acting, account.region, rotation.orphanKeyId!, false),
    );
    return this.journal.write(rotation, async (fresh, held, now) => {
      if (!isThere) return this.afterOrphan(fresh, held, now);
      fresh.orphanGraceUntil = addTime(now, this.pace.orphanGrace);
      fresh.moveToStep('ORPHAN_GRACE', fresh.orphanGraceUntil);
      return 'ACCESS_KEY_ROTATION_ORPHAN_DEACTIVATED';
    });
  }

  // 3b After the grace period. An access key that was activated again or used has an owner.
  private async checkOrphan(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    const { region } = account;
    const acting = await this.acting(situation);
    const id = rotation.orphanKeyId!;
    const listed = await this.aws.accessKeys(acting, region);
    const orphan = listed.keys.find(({ accessKeyId }) => accessKeyId === id);
    const lastUsed = orphan && (await this.aws.keyLastUsed(acting, region, id).catch(() => null));
    if (orphan && (orphan.isActive || lastUsed)) {
      await this.aws.setKeyActive(acting, region, id, true);
      return this.journal.write(rotation, async (fresh, _, now) => {
        fresh.forgetRequest();
        fresh.lastFault = {
          code: 'AWS_ACCESS_KEY_LIMIT',
          message: `The access key ${maskAccessKeyId(id)}, which appeared to be orphaned, is in use elsewhere. It was left active.`,
          awsErrorCode: null,
        };
        fresh.end(fresh.isCancelled ? 'CANCELLED' : 'FAILED', now);
        return fresh.isCancelled ? 'ACCESS_KEY_ROTATION_CANCELLED' : 'ACCESS_KEY_ROTATION_FAILED';
      });
    }
    return this.journal.write(rotation, async (fresh, held, now) => {
      if (!orphan) return this.afterOrphan(fresh, held, now);
      fresh.moveToStep('ORPHAN_DELETE', now);
    });
  }

  // 3c Deletes it, which makes room for another attempt.
  private async deleteOrphan(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    const acting = await this.acting(situation);
    await this.aws.deleteAccessKey(acting, account.region, rotation.orphanKeyId!);
    return this.journal.write(rotation, async (fresh, held, now) => this.afterOrphan(fresh, held, now));
  }

  private async afterOrphan(rotation: AccessKeyRotation, account: Held<AccountReference>, now: Date): Promise<string> {
    rotation.forgetOrphan(now);
    rotation.moveToStep('LIST', now);
    if (rotation.isSuperseded) await this.credentials.removeRetiring(account);
    return 'ACCESS_KEY_ROTATION_ORPHAN_DELETED';
  }

  // 4 Waits until both STS and IAM accept the new access key, then switches.
  private async prove({ rotation, account }: Situation): Promise<AccessKeyRotation> {
    const { tenantId, id, region } = account;
    const candidate = await this.credentials.reveal(tenantId, id, 'CANDIDATE', rotation.use);
    if (!candidate) throw new LeaseLost();
    const { userId } = await this.aws.identityOf(candidate, region);
    await this.aws.accessKeys(candidate, region);
    if (userId !== rotation.awsUserId) {
      throw new CredentialsRejected(
        'AWS_NOT_IAM_USER',
        'The new access key belongs to another IAM user.',
        'accessKeyId',
      );
    }
    return this.journal.write(
      rotation,
      async (fresh, held, now) => {
        await this.credentials.switchToCandidate(held, now);
        fresh.lastFault = null;
        fresh.moveToStep('DEACTIVATE_OLD', addTime(now, this.pace.overlap));
        return 'ACCESS_KEY_ROTATION_SWITCHED';
      },
      true,
    );
  }

  // 5 Deactivates the old access key with the new one, which proves the new one again.
  private async deactivateOld(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    const current = await this.acting(situation);
    await this.isStillThere(() => this.aws.setKeyActive(current, account.region, rotation.oldKeyId, false));
    return this.journal.write(rotation, async (fresh, _, now) => {
      fresh.graceUntil = addTime(now, this.pace.grace);
      fresh.lastFault = null;
      fresh.moveToStep('GRACE', this.nextWatch(fresh, now));
      return 'ACCESS_KEY_ROTATION_OLD_KEY_DEACTIVATED';
    });
  }

  // 6 During the grace period, checks the new access key repeatedly, and once more at the end.
  private async watch(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    await this.aws.identityOf(await this.acting(situation), account.region);
    return this.journal.write(
      rotation,
      async (fresh, _, now) => {
        Object.assign(fresh, { failures: 0, lastFault: null, state: 'RUNNING' });
        if (now >= fresh.graceUntil!) fresh.moveToStep('DELETE_OLD', now);
        else fresh.nextAttemptAt = this.nextWatch(fresh, now);
      },
      true,
    );
  }

  private nextWatch({ graceUntil }: AccessKeyRotation, now: Date): Date {
    const soon = addTime(now, this.pace.grace / watches);
    return soon < graceUntil! ? soon : graceUntil!;
  }

  // 7 Deletes the old access key. The rotation cannot be rolled back any more, so this step is stored first.
  private async deleteOld(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    await this.aws.deleteAccessKey(await this.acting(situation), account.region, rotation.oldKeyId);
    return this.journal.write(rotation, async (fresh, held, now) => {
      await this.credentials.removeRetiring(held);
      fresh.end('COMPLETED', now);
      return 'ACCESS_KEY_ROTATION_COMPLETED';
    });
  }

  // R1 Activates the old access key with the new one. If the new one does not work any more, someone can have activated
  // the old one in AWS.
  private async reactivateOld(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    const { tenantId, id, region } = account;
    let isThere = true;
    try {
      const current = await this.acting(situation);
      isThere = await this.isStillThere(() => this.aws.setKeyActive(current, region, rotation.oldKeyId, true));
    } catch (error) {
      const old = await this.credentials.reveal(tenantId, id, 'RETIRING', rotation.use);
      const works = old !== null && (await this.aws.identityOf(old, region).then(Boolean, () => false));
      if (!works) throw error;
    }
    return this.journal.write(rotation, async (fresh, held, now) => {
      if (isThere) return void fresh.moveToStep('SWITCH_BACK', now);
      // The old access key was deleted in AWS: the rotation cannot be rolled back, and the new one stays.
      await this.credentials.removeRetiring(held);
      fresh.end('COMPLETED', now);
      return 'ACCESS_KEY_ROTATION_COMPLETED';
    });
  }

  // R2 Checks that the old access key works, then switches back to it.
  private async switchBack({ rotation, account }: Situation): Promise<AccessKeyRotation> {
    const { tenantId, id, region } = account;
    const old = await this.credentials.reveal(tenantId, id, 'RETIRING', rotation.use);
    if (!old) throw new LeaseLost();
    await this.aws.identityOf(old, region);
    return this.journal.write(rotation, async (fresh, held, now) => {
      await this.credentials.switchBack(held, now);
      fresh.moveToStep('DELETE_NEW', now);
      return 'ACCESS_KEY_ROTATION_SWITCHED_BACK';
    });
  }

  // R3 Deletes the new access key in AWS, then its secret.
  private async deleteNew(situation: Situation): Promise<AccessKeyRotation> {
    const { rotation, account } = situation;
    await this.aws.deleteAccessKey(await this.acting(situation), account.region, rotation.newKeyId!);
    return this.journal.write(rotation, this.ending(rotation.isCancelled ? 'CANCELLED' : 'ROLLED_BACK'));
  }

  private ending(state: 'CANCELLED' | 'ROLLED_BACK'): RotationChange {
    return async (rotation, account, now) => {
      await this.credentials.removeRetiring(account);
      rotation.end(state, now);
      return `ACCESS_KEY_ROTATION_${state}`;
    };
  }

  /**
   * Access key for the calls: the current one. If the customer has set one of another user, a remaining one of the
   * previous user.
   */
  private async acting({ rotation, account }: Situation): Promise<AwsAccessKey> {
    const { tenantId, id, awsUserId } = account;
    const key =
      rotation.isSuperseded && rotation.awsUserId !== awsUserId
        ? await this.credentials.reveal(tenantId, id, 'RETIRING', rotation.use)
        : await this.credentials.reveal(tenantId, id, 'CURRENT', rotation.use);
    if (!key) throw new LeaseLost();
    return key;
  }

  /** Whether the access key existed. */
  private async isStillThere(act: () => Promise<void>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      if (error instanceof CredentialsRejected && error.awsErrorCode === 'NoSuchEntity') return false;
      throw error;
    }
  }

  /** Result of a step that AWS refused or did not answer. */
  private async wait(
    rotation: AccessKeyRotation,
    account: Held<AccountReference>,
    error: DomainError,
    now: Date,
  ): Promise<string | void> {
    const fault = faultOf(error);
    const isKeyFault = unknownKey.has(error.code) || keyFaults.has(error.code);
    const isTooLong = now.getTime() - rotation.stepSince.getTime() >= this.pace.propagation;
    const isHopeless = keyFaults.has(error.code) || (isKeyFault && isTooLong);
    rotation.lastFault = fault;
    if (rotation.isSuperseded && isHopeless) return this.abandonKeys(rotation, account, now);

    switch (rotation.step) {
      case 'LIST':
      case 'RESOLVE': {
        const isOver = failsForGood.has(error.code) || isHopeless;
        if (isOver && (rotation.step === 'LIST' || error.code === 'AWS_ACCESS_KEY_LIMIT')) {
          rotation.end('FAILED', now);
          return 'ACCESS_KEY_ROTATION_FAILED';
        }
        if (error instanceof AwsOrphanedAccessKeyAmbiguous) rotation.candidateIds = [...error.candidates];
        break;
      }
      case 'VERIFY_NEW':
        if (!isHopeless && error.code !== 'AWS_NOT_IAM_USER') break;
        await this.credentials.retireCandidate(account);
        rotation.moveToStep('DELETE_NEW', now);
        return 'ACCESS_KEY_ROTATION_ROLLING_BACK';
      case 'DEACTIVATE_OLD':
        if (!isHopeless) break;
        rotation.moveToStep('REACTIVATE_OLD', now);
        return 'ACCESS_KEY_ROTATION_ROLLING_BACK';
      case 'GRACE':
        if (!isKeyFault) rotation.failures = -1; // Only consecutive refusals say something about the access key.
        if (rotation.failures + 1 < strikes) break;
        rotation.moveToStep('REACTIVATE_OLD', now);
        return 'ACCESS_KEY_ROTATION_ROLLING_BACK';
    }
    const needsAttention =
      error.code === 'AWS_ACTION_DENIED' ||
      error.code === 'CREDENTIALS_UNREADABLE' ||
      error instanceof AwsOrphanedAccessKeyAmbiguous ||
      (isHopeless && rotation.step !== 'GRACE');
    rotation.failed(
      fault,
      addTime(now, backOff(Math.max(0, rotation.failures) + 1, this.pace.retry, this.pace.longestRetry)),
      needsAttention,
    );
  }

  /**
   * The customer's access key belongs to another user, and no access key of this user works any more: the event names
   * what can remain.
   */
  private async abandonKeys(rotation: AccessKeyRotation, account: Held<AccountReference>, now: Date): Promise<string> {
    await this.credentials.removeRetiring(account);
    // An access key that deletes itself and is then unknown is deleted.
    rotation.end(rotation.step === 'DELETE_NEW' ? 'CANCELLED' : 'FAILED', now);
    return rotation.state === 'CANCELLED' ? 'ACCESS_KEY_ROTATION_CANCELLED' : 'ACCESS_KEY_ROTATION_FAILED';
  }
}

/** Number of checks of the new access key during the grace period. */
const watches = 6;

/** Number of consecutive refusals after which the old access key is restored. */
const strikes = 3;

/**
 * AWS does not recognize the access key in this region, or not yet: a new access key can be known in the default region
 * first.
 */
const unknownKey: ReadonlySet<string> = new Set(['AWS_ACCESS_KEY_UNKNOWN', 'AWS_REGION_NOT_ENABLED']);

/** AWS recognizes the access key, but it cannot be used. Waiting does not help. */
const keyFaults: ReadonlySet<string> = new Set(['AWS_SECRET_ACCESS_KEY_WRONG']);

/** Nothing was changed in AWS, and repeating the request cannot succeed. */
const failsForGood: ReadonlySet<string> = new Set(['AWS_ACCESS_KEY_LIMIT', 'AWS_ACTION_DENIED', 'SANDBOX_DISABLED']);

function faultOf(error: DomainError): RotationFault {
  const awsErrorCode = error instanceof CredentialsRejected ? error.awsErrorCode : null;
  return { code: error.code, message: error.message, awsErrorCode };
}
