import { addTime } from '#libs/kernel';
import { randomUUID } from 'node:crypto';
import type { Actor, ActorKind } from '#libs/events';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { RotationNotInProgress, RotationNotCancellable } from './aws-credentials.errors.js';
import type { AwsKeyOfUser, AwsKeysOfUser } from './aws-iam.js';
import type { IntendedUse } from './credential-use.entity.js';
import type { AccessKeySlot } from './stored-access-key.entity.js';

/** State of a rotation, for users. Only the first three are in progress. */
export const RotationState = {
  RUNNING: 'RUNNING',
  ROLLING_BACK: 'ROLLING_BACK',
  NEEDS_ATTENTION: 'NEEDS_ATTENTION',
  COMPLETED: 'COMPLETED',
  ROLLED_BACK: 'ROLLED_BACK',
  CANCELLED: 'CANCELLED',
  FAILED: 'FAILED',
} as const;
export type RotationState = keyof typeof RotationState;

/** Next step. `docs/rotation.md` lists the steps in order, and what a crash in each of them means. */
export const RotationStep = {
  LIST: 'LIST',
  CREATE: 'CREATE',
  RESOLVE: 'RESOLVE',
  ORPHAN_DEACTIVATE: 'ORPHAN_DEACTIVATE',
  ORPHAN_GRACE: 'ORPHAN_GRACE',
  ORPHAN_DELETE: 'ORPHAN_DELETE',
  VERIFY_NEW: 'VERIFY_NEW',
  DEACTIVATE_OLD: 'DEACTIVATE_OLD',
  GRACE: 'GRACE',
  DELETE_OLD: 'DELETE_OLD',
  REACTIVATE_OLD: 'REACTIVATE_OLD',
  SWITCH_BACK: 'SWITCH_BACK',
  DELETE_NEW: 'DELETE_NEW',
  NONE: 'NONE',
} as const;
export type RotationStep = keyof typeof RotationStep;

/** Steps before the candidate slot has a new access key. */
const beforeTheNewKey: readonly RotationStep[] = [
  'LIST',
  'CREATE',
  'RESOLVE',
  'ORPHAN_DEACTIVATE',
  'ORPHAN_GRACE',
  'ORPHAN_DELETE',
];

/** Steps that restore the old access key. */
const stepsBack: readonly RotationStep[] = ['REACTIVATE_OLD', 'SWITCH_BACK', 'DELETE_NEW'];

/** Most recent error. Contains no secret. */
export interface RotationFault {
  readonly code: string;
  readonly message: string;
  /** Null when AWS returned none. */
  readonly awsErrorCode: string | null;
}

/** Maximum difference between clocks of AWS, in milliseconds. */
const clockTolerance = 60_000;

/** Maximum delay between sending a request and its effect, in milliseconds: twice the longest timeout. */
const longestRequest = 120_000;

/**
 * Most recent rotation of an account's access key. One row for each account, and so for each IAM user. Has everything
 * that must survive a crash. The access keys themselves are in their slots.
 */
@Entity('key_rotation')
export class AccessKeyRotation {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  /** Unique ID of the IAM user, as assigned by AWS. */
  @Column('varchar', { name: 'aws_user_id', length: 128 })
  readonly awsUserId!: string;

  @Column('varchar', { length: 16 })
  state!: RotationState;

  @Column('varchar', { length: 24 })
  step!: RotationStep;

  /** Time when the current step was first due. */
  @Column('datetime', { name: 'step_since', precision: 3 })
  stepSince!: Date;

  /** Number of requests to AWS to create an access key. */
  @Column('int')
  attempt!: number;

  /** Number of consecutive failures of the current step. */
  @Column('int')
  failures!: number;

  @Column('varchar', { name: 'old_key_id', length: 20 })
  readonly oldKeyId!: string;

  @Column('varchar', { name: 'new_key_id', length: 20, nullable: true })
  newKeyId!: string | null;

  /** IDs of the user's access keys before AWS was asked to create one. */
  @Column('simple-json', { name: 'keys_before', nullable: true })
  keysBefore!: string[] | null;

  /** Start of the request, by the clock of AWS. Access keys created outside of the period are not from this request. */
  @Column('datetime', { name: 'asked_from', precision: 3, nullable: true })
  askedFrom!: Date | null;

  @Column('datetime', { name: 'asked_until', precision: 3, nullable: true })
  askedUntil!: Date | null;

  /** Time when the deactivated old access key can be deleted. */
  @Column('datetime', { name: 'grace_until', precision: 3, nullable: true })
  graceUntil!: Date | null;

  /** Access key that AWS created for this rotation, but whose secret was lost. */
  @Column('varchar', { name: 'orphan_key_id', length: 20, nullable: true })
  orphanKeyId!: string | null;

  @Column('datetime', { name: 'orphan_found_at', precision: 3, nullable: true })
  orphanFoundAt!: Date | null;

  /** Time when the orphaned access key can be deleted. Null until it is deactivated. */
  @Column('datetime', { name: 'orphan_grace_until', precision: 3, nullable: true })
  orphanGraceUntil!: Date | null;

  @Column('datetime', { name: 'orphan_deleted_at', precision: 3, nullable: true })
  orphanDeletedAt!: Date | null;

  /** Access keys of which one can be the orphan, when there are several. */
  @Column('simple-json', { name: 'candidate_ids', nullable: true })
  candidateIds!: string[] | null;

  /** Whether the rotation was cancelled. */
  @Column('boolean', { name: 'is_cancelled' })
  isCancelled!: boolean;

  /** Whether the customer has set another access key. The rotation then only deletes what it created. */
  @Column('boolean', { name: 'is_superseded' })
  isSuperseded!: boolean;

  @Column('simple-json', { name: 'last_fault', nullable: true })
  lastFault!: RotationFault | null;

  @Column('varchar', { name: 'started_by_kind', length: 16 })
  readonly startedByKind!: ActorKind;

  @Column('int', { name: 'started_by_id', nullable: true })
  readonly startedById!: number | null;

  @Column('varchar', { name: 'started_by_name', length: 64 })
  readonly startedByName!: string;

  @Column('datetime', { name: 'started_at', precision: 3 })
  readonly startedAt!: Date;

  @Column('datetime', { name: 'ended_at', precision: 3, nullable: true })
  endedAt!: Date | null;

  @Column('datetime', { name: 'next_attempt_at', precision: 3, nullable: true })
  nextAttemptAt!: Date | null;

  @Column('varchar', { name: 'lease_owner', length: 36, nullable: true })
  leaseOwner!: string | null;

  @Column('datetime', { name: 'lease_until', precision: 3, nullable: true })
  leaseUntil!: Date | null;

  static begin(
    of: { tenantId: number; cloudAccountId: number; awsUserId: string; oldKeyId: string; startedBy: Actor },
    now: Date,
  ): AccessKeyRotation {
    const { tenantId, cloudAccountId, awsUserId, oldKeyId, startedBy } = of;
    return Object.assign(new AccessKeyRotation(), {
      tenantId,
      cloudAccountId,
      awsUserId,
      state: 'RUNNING',
      step: 'LIST',
      stepSince: now,
      attempt: 0,
      failures: 0,
      oldKeyId,
      newKeyId: null,
      keysBefore: null,
      askedFrom: null,
      askedUntil: null,
      graceUntil: null,
      orphanKeyId: null,
      orphanFoundAt: null,
      orphanGraceUntil: null,
      orphanDeletedAt: null,
      candidateIds: null,
      isCancelled: false,
      isSuperseded: false,
      lastFault: null,
      startedByKind: startedBy.kind,
      startedById: startedBy.id,
      startedByName: startedBy.name,
      startedAt: now,
      endedAt: null,
      nextAttemptAt: now,
      leaseOwner: null,
      leaseUntil: null,
    } satisfies Partial<AccessKeyRotation>);
  }

  /** Random name for one claim of this row. */
  static newOwner(): string {
    return randomUUID();
  }

  get isOver(): boolean {
    return this.endedAt !== null;
  }

  /** Purpose and actor of the decryption of its access keys. */
  get use(): IntendedUse {
    const actor = { kind: this.startedByKind, id: this.startedById, name: this.startedByName };
    return { actor, purpose: 'ROTATION' };
  }

  /** Continues with a step that is due at `at`. */
  moveToStep(step: RotationStep, at: Date): void {
    Object.assign(this, {
      step,
      stepSince: at,
      failures: 0,
      nextAttemptAt: at,
      state: stepsBack.includes(step) ? 'ROLLING_BACK' : 'RUNNING',
      candidateIds: null,
    } satisfies Partial<AccessKeyRotation>);
  }

  /** Records a failure of the current step, which is repeated at `at`. */
  failed(fault: RotationFault, at: Date, needsAttention = false): void {
    this.lastFault = fault;
    this.failures++;
    this.nextAttemptAt = at;
    if (needsAttention) this.state = 'NEEDS_ATTENTION';
  }

  end(state: RotationState, now: Date, fault: RotationFault | null = this.lastFault): void {
    Object.assign(this, {
      state,
      step: 'NONE',
      stepSince: now,
      lastFault: state === 'COMPLETED' ? null : fault,
      endedAt: now,
      nextAttemptAt: null,
      leaseOwner: null,
      leaseUntil: null,
    } satisfies Partial<AccessKeyRotation>);
  }

  /**
   * Records a request to create an access key and the existing access keys. The list of the first attempt is kept: an
   * access key that an earlier attempt created is then still recognized as new.
   */
  recordRequest({ keys, at }: AwsKeysOfUser, now: Date): void {
    this.keysBefore ??= keys.map(({ accessKeyId }) => accessKeyId);
    this.askedFrom ??= at;
    this.askedUntil = addTime(at, longestRequest);
    this.attempt++;
    this.moveToStep('CREATE', now);
  }

  /**
   * Whether AWS can have created this access key for the recorded request: it is new, and was created during the
   * request.
   */
  mayHaveCreatedKey({ accessKeyId, createdAt }: AwsKeyOfUser): boolean {
    if (!this.keysBefore || !this.askedFrom || !this.askedUntil) return false;
    return (
      !this.keysBefore.includes(accessKeyId) &&
      createdAt.getTime() >= this.askedFrom.getTime() - clockTolerance &&
      createdAt.getTime() <= this.askedUntil.getTime() + clockTolerance
    );
  }

  /** Forgets the deleted orphan. The next list is the state before a new attempt. */
  forgetOrphan(now: Date): void {
    this.orphanDeletedAt = now;
    this.forgetRequest();
  }

  /** Forgets the request: none of its access keys exist in AWS any more. */
  forgetRequest(): void {
    this.keysBefore = this.askedFrom = this.askedUntil = null;
  }

  /**
   * Cancels the rotation: keeps the old access key and deletes the new one. If AWS refuses that, the rotation ends
   * immediately, and the customer has to remove what remains in AWS.
   *
   * @throws RotationNotInProgress, RotationNotCancellable
   */
  cancel(now: Date): void {
    this.refuseCancellation();
    this.isCancelled = true;
    this.nextAttemptAt = now;
    if (this.isCancellable) this.end('FAILED', now);
  }

  /** @throws RotationNotInProgress, RotationNotCancellable */
  refuseCancellation(): void {
    if (this.isCancellable) return;
    if (this.isOver || this.isCancelled || stepsBack.includes(this.step)) throw new RotationNotInProgress();
    if (this.step === 'DELETE_OLD') throw new RotationNotCancellable();
  }

  /** Whether the current access key works and AWS refuses the remaining steps. */
  private get isCancellable(): boolean {
    const leavesTheCurrentKey = [...beforeTheNewKey, 'DELETE_OLD', 'DELETE_NEW'].includes(this.step);
    return this.state === 'NEEDS_ATTENTION' && leavesTheCurrentKey;
  }

  /**
   * Frees the candidate slot for an unverified access key of the customer. After the switch, the rotation does not need
   * that slot, and continues.
   *
   * @returns the slot of the access key to delete, which must be moved to RETIRING; null when there is none
   */
  makeRoomForCandidate(now: Date): AccessKeySlot | null {
    if (!beforeTheNewKey.includes(this.step) && this.step !== 'VERIFY_NEW') return null;
    this.isCancelled = true;
    this.nextAttemptAt = now;
    if (this.step !== 'VERIFY_NEW') return null;
    this.supersedeLease();
    this.moveToStep('DELETE_NEW', now);
    return 'CANDIDATE';
  }

  /**
   * Ends the rotation because the customer replaces the current access key. Only deletes what the rotation created.
   *
   * @returns the slot of the access key that is needed for that, which must be moved to RETIRING before it is
   * overwritten; null when it is there already or none is needed
   */
  supersede(now: Date): AccessKeySlot | null {
    const { step } = this;
    this.isCancelled = this.isSuperseded = true;
    this.nextAttemptAt = now;
    this.supersedeLease();
    if (beforeTheNewKey.includes(step)) return step === 'LIST' ? null : 'CURRENT';
    if (step !== 'DELETE_NEW') this.moveToStep('DELETE_NEW', now);
    if (step === 'VERIFY_NEW') return 'CANDIDATE';
    return step === 'DELETE_NEW' ? null : 'CURRENT';
  }

  /** Takes the lease from the process that has it. */
  private supersedeLease(): void {
    this.leaseOwner = this.leaseUntil = null;
  }
}
