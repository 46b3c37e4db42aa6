import { addTime } from '#libs/kernel';
import { randomUUID } from 'node:crypto';
import type { Actor, ActorKind } from '#libs/events';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { RotationNotInProgress, RotationNotCancellable } from './aws-credentials.errors.js';
import type { AwsKeyOfUser, AwsKeysOfUser } from './aws-iam.js';
import type { IntendedUse } from './credential-use.entity.js';
import type { AccessKeySlot } from './stored-access-key.entity.js';

/** Where a rotation is, for people. The first three are not over. */
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

/** What is to be done next; `docs/rotation.md` has them in order, with what a crash in each of them means. */
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

/** Before AWS was asked for anything, or with what it made not in any slot. */
const beforeTheNewKey: readonly RotationStep[] = [
  'LIST',
  'CREATE',
  'RESOLVE',
  'ORPHAN_DEACTIVATE',
  'ORPHAN_GRACE',
  'ORPHAN_DELETE',
];

/** Those that bring the old key back. */
const stepsBack: readonly RotationStep[] = ['REACTIVATE_OLD', 'SWITCH_BACK', 'DELETE_NEW'];

/** What went wrong last, as it may be told. */
export interface RotationFault {
  readonly code: string;
  readonly message: string;
  /** AWS's own word for it; null when AWS said nothing. */
  readonly awsErrorCode: string | null;
}

/** How far AWS's own clocks may differ from one another, in milliseconds. */
const clockTolerance = 60_000;

/** No request to make a key takes effect later than this after it was sent, in milliseconds: twice the longest time-out. */
const longestRequest = 120_000;

/**
 * The newest rotation of an account's access key: one row for each account, and so for each IAM user. Everything that
 * must outlive a crash stands here; the keys themselves are in their slots.
 */
@Entity('key_rotation')
export class AccessKeyRotation {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  /** AWS's own id of the IAM user whose key it is. */
  @Column('varchar', { name: 'aws_user_id', length: 128 })
  readonly awsUserId!: string;

  @Column('varchar', { length: 16 })
  state!: RotationState;

  @Column('varchar', { length: 24 })
  step!: RotationStep;

  /** When the present step was first due. */
  @Column('datetime', { name: 'step_since', precision: 3 })
  stepSince!: Date;

  /** How often AWS was asked for a new key. */
  @Column('int')
  attempt!: number;

  /** How often the present step went wrong, one after the other. */
  @Column('int')
  failures!: number;

  @Column('varchar', { name: 'old_key_id', length: 20 })
  readonly oldKeyId!: string;

  @Column('varchar', { name: 'new_key_id', length: 20, nullable: true })
  newKeyId!: string | null;

  /** The ids of the user's keys before AWS was asked for another one. */
  @Column('simple-json', { name: 'keys_before', nullable: true })
  keysBefore!: string[] | null;

  /** By AWS's clock: a key created outside of it is none that we asked for. */
  @Column('datetime', { name: 'asked_from', precision: 3, nullable: true })
  askedFrom!: Date | null;

  @Column('datetime', { name: 'asked_until', precision: 3, nullable: true })
  askedUntil!: Date | null;

  /** When the old key was deactivated and may be deleted. */
  @Column('datetime', { name: 'grace_until', precision: 3, nullable: true })
  graceUntil!: Date | null;

  /** A key that AWS made for us and whose secret was lost on the way. */
  @Column('varchar', { name: 'orphan_key_id', length: 20, nullable: true })
  orphanKeyId!: string | null;

  @Column('datetime', { name: 'orphan_found_at', precision: 3, nullable: true })
  orphanFoundAt!: Date | null;

  /** When it may be deleted; null before it is inactive. */
  @Column('datetime', { name: 'orphan_grace_until', precision: 3, nullable: true })
  orphanGraceUntil!: Date | null;

  @Column('datetime', { name: 'orphan_deleted_at', precision: 3, nullable: true })
  orphanDeletedAt!: Date | null;

  /** The keys of which one may be ours, when there are several. */
  @Column('simple-json', { name: 'candidate_ids', nullable: true })
  candidateIds!: string[] | null;

  /** Somebody wants the old key to stay. */
  @Column('boolean', { name: 'is_cancelled' })
  isCancelled!: boolean;

  /** The customer set another key meanwhile; what is left is to remove what we made. */
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

  /** A name for a claim of this row. */
  static newOwner(): string {
    return randomUUID();
  }

  get isOver(): boolean {
    return this.endedAt !== null;
  }

  /** What its keys are opened for, and in whose name. */
  get use(): IntendedUse {
    const actor = { kind: this.startedByKind, id: this.startedById, name: this.startedByName };
    return { actor, purpose: 'ROTATION' };
  }

  /** Goes on to a step that is due at `at`. */
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

  /** The present step goes wrong, and is tried again at `at`. */
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
   * Writes down that AWS is about to be asked for a key, and what it had before. The list of the first attempt stays: what
   * an earlier attempt made after all is then still seen to be new.
   */
  recordRequest({ keys, at }: AwsKeysOfUser, now: Date): void {
    this.keysBefore ??= keys.map(({ accessKeyId }) => accessKeyId);
    this.askedFrom ??= at;
    this.askedUntil = addTime(at, longestRequest);
    this.attempt++;
    this.moveToStep('CREATE', now);
  }

  /** Whether a key may be what AWS made when we asked: not there before, and as old as our request. */
  mayHaveCreatedKey({ accessKeyId, createdAt }: AwsKeyOfUser): boolean {
    if (!this.keysBefore || !this.askedFrom || !this.askedUntil) return false;
    return (
      !this.keysBefore.includes(accessKeyId) &&
      createdAt.getTime() >= this.askedFrom.getTime() - clockTolerance &&
      createdAt.getTime() <= this.askedUntil.getTime() + clockTolerance
    );
  }

  /** The lost key is gone: what is listed next is the state before a new attempt. */
  forgetOrphan(now: Date): void {
    this.orphanDeletedAt = now;
    this.forgetRequest();
  }

  /** Nothing we asked for is at AWS any more. */
  forgetRequest(): void {
    this.keysBefore = this.askedFrom = this.askedUntil = null;
  }

  /**
   * The old key is to stay, and what we made to go. One that AWS does not let us bring to its end is given up at once: what
   * is left at AWS is then the customer's to remove.
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

  /** The current key works, and what is left to do at AWS is refused there. */
  private get isCancellable(): boolean {
    const leavesTheCurrentKey = [...beforeTheNewKey, 'DELETE_OLD', 'DELETE_NEW'].includes(this.step);
    return this.state === 'NEEDS_ATTENTION' && leavesTheCurrentKey;
  }

  /**
   * The customer sets a key of their own, which is not proven yet and needs the candidate's slot. Once the keys were
   * switched the rotation has no use for that slot, and goes on.
   *
   * @returns the slot of the key that is left to remove, which then belongs into RETIRING; null when there is none
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
   * The customer's own key takes the current one's place, whatever that is by now. What is left is to remove what we made.
   *
   * @returns the slot of the key to do that with, which belongs into RETIRING before it is overwritten; null when it is
   *   there already or none is needed
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

  /** Whoever is at it finds that it is no longer theirs. */
  private supersedeLease(): void {
    this.leaseOwner = this.leaseUntil = null;
  }
}
