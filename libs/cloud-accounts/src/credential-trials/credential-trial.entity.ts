import { awsCredentialsErrors, maskAccessKeyId } from '#libs/aws-credentials';
import type { Actor, ActorKind } from '#libs/events';
import { addTime, backOff, changedTo, type DomainError, type ErrorCatalog } from '#libs/kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RolesChange } from '../cloud-account.entity.js';
import { cloudAccountErrors, NoPendingCredentials } from '../cloud-account.errors.js';
import type { Expectations } from '../proof.js';

/** Credentials to try, with their requester and the requirements for them. */
export interface NewTrial extends Expectations {
  readonly cloudAccountId: number;
  readonly tenantId: number;
  readonly candidateVersion: number;
  /** Undefined for an access role. */
  readonly accessKeyId?: string;
  readonly roleArn?: string;
  readonly actor: Actor;
}

/**
 * New credentials of one account, tried until AWS recognizes them. The row is deleted when AWS accepts them. If it
 * rejects them, the row keeps the reason until other credentials are set.
 */
@Entity('credential_trial')
export class CredentialTrial {
  @PrimaryColumn('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  /** Version of the access key in the candidate slot. */
  @Column('int', { name: 'candidate_version' })
  readonly candidateVersion!: number;

  /** Empty for an access role. */
  @Column('varchar', { name: 'access_key_id', length: 20 })
  readonly accessKeyId!: string;

  /** Null for an access key. */
  @Column('varchar', { name: 'role_arn', length: 640, nullable: true })
  readonly roleArn!: string | null;

  @Column('varchar', { name: 'console_role_name', length: 64 })
  readonly consoleRoleName!: string;

  @Column('varchar', { name: 'node_role_name', length: 64, nullable: true })
  readonly nodeRoleName!: string | null;

  /** Null: any account. */
  @Column('varchar', { name: 'expected_aws_account_id', length: 12, nullable: true })
  readonly expectedAwsAccountId!: string | null;

  @Column('boolean', { name: 'allow_missing_permissions' })
  readonly allowMissingPermissions!: boolean;

  /** Starts at 1, for the attempt of the request. */
  @Column('int')
  readonly attempt!: number;

  @Column('datetime', { name: 'started_at', precision: 3 })
  readonly startedAt!: Date;

  @Column('datetime', { name: 'next_attempt_at', precision: 3, nullable: true })
  readonly nextAttemptAt!: Date | null;

  @Column('datetime', { name: 'gives_up_at', precision: 3 })
  readonly expiresAt!: Date;

  /** Time of the rejection. Null while the credentials are tried. */
  @Column('datetime', { name: 'ended_at', precision: 3, nullable: true })
  readonly endedAt!: Date | null;

  @Column('varchar', { name: 'lease_owner', length: 36, nullable: true })
  readonly leaseOwner!: string | null;

  @Column('datetime', { name: 'lease_until', precision: 3, nullable: true })
  readonly leaseUntil!: Date | null;

  @Column('varchar', { name: 'actor_kind', length: 16 })
  readonly actorKind!: ActorKind;

  @Column('int', { name: 'actor_id', nullable: true })
  readonly actorId!: number | null;

  @Column('varchar', { name: 'actor_name', length: 64 })
  readonly actorName!: string;

  @Column('varchar', { name: 'last_error_code', length: 64 })
  readonly lastErrorCode!: string;

  @Column('varchar', { name: 'last_error_message', length: 1024 })
  readonly lastErrorMessage!: string;

  /** Null when AWS returned none. */
  @Column('varchar', { name: 'last_aws_error_code', length: 64, nullable: true })
  readonly lastAwsErrorCode!: string | null;

  /** @param fault answer of AWS during the request */
  static begin(
    { actor, accessKeyId = '', roleArn, ...subject }: NewTrial,
    fault: DomainError,
    now: Date,
    pace: TrialTimes,
  ): CredentialTrial {
    const { kind: actorKind, id: actorId, name: actorName } = actor;
    return Object.assign(new CredentialTrial(), {
      ...subject,
      accessKeyId,
      roleArn: roleArn ?? null,
      ...{ actorKind, actorId, actorName },
      ...told(fault),
      attempt: 1,
      startedAt: now,
      nextAttemptAt: addTime(now, backOff(1, pace.firstRetry, pace.longestRetry)),
      expiresAt: addTime(now, pace.expiresAfter),
      endedAt: null,
      leaseOwner: null,
      leaseUntil: null,
    } satisfies Partial<CredentialTrial>);
  }

  /** Requester of the credentials. Later events name this actor. */
  get actor(): Actor {
    return { kind: this.actorKind, id: this.actorId, name: this.actorName };
  }

  get maskedAccessKeyId(): string | null {
    return this.accessKeyId === '' ? null : maskAccessKeyId(this.accessKeyId);
  }

  get remediation(): string | null {
    return rejections[this.lastErrorCode]?.remediation ?? null;
  }

  get isOpen(): boolean {
    return this.endedAt === null;
  }

  /** Whether this is still the claimed attempt: same credentials and same lease. */
  isSameAttempt(claimed: CredentialTrial): boolean {
    return this.isOpen && this.leaseOwner === claimed.leaseOwner && this.candidateVersion === claimed.candidateVersion;
  }

  hasTimeLeft(now: Date): boolean {
    return now < this.expiresAt;
  }

  /** Schedules the next attempt with back-off and jitter, at the latest at `expiresAt`. */
  scheduleRetry(fault: DomainError, now: Date, pace: TrialTimes): void {
    const attempt = this.attempt + 1;
    const due = addTime(now, backOff(attempt, pace.firstRetry, pace.longestRetry));
    Object.assign(this, {
      ...told(fault),
      attempt,
      nextAttemptAt: due < this.expiresAt ? due : this.expiresAt,
      leaseOwner: null,
      leaseUntil: null,
    } satisfies Partial<CredentialTrial>);
  }

  /** Makes the next attempt due immediately. The result of an attempt in progress is discarded. */
  restart({ consoleRoleName, nodeRoleName }: RolesChange, now: Date): void {
    Object.assign(this, {
      consoleRoleName: changedTo(consoleRoleName, this.consoleRoleName),
      nodeRoleName: changedTo(nodeRoleName, this.nodeRoleName),
      nextAttemptAt: now,
      leaseOwner: null,
      leaseUntil: null,
    } satisfies Partial<CredentialTrial>);
  }

  reject(fault: DomainError, now: Date): void {
    Object.assign(this, {
      ...told(fault),
      attempt: this.attempt + 1,
      endedAt: now,
      nextAttemptAt: null,
      leaseOwner: null,
      leaseUntil: null,
    } satisfies Partial<CredentialTrial>);
  }
}

/** Returns the trial if it is open. @throws NoPendingCredentials */
export function cancellable(trial: CredentialTrial | null): CredentialTrial {
  if (!trial?.isOpen) throw new NoPendingCredentials();
  return trial;
}

/** All errors with which credentials can be rejected. */
const rejections: ErrorCatalog = { ...awsCredentialsErrors, ...cloudAccountErrors };

interface TrialTimes {
  readonly firstRetry: number;
  readonly longestRetry: number;
  readonly expiresAfter: number;
}

function told(fault: DomainError) {
  const { code, message, awsErrorCode = null } = fault as DomainError & { awsErrorCode?: string | null };
  return { lastErrorCode: code, lastErrorMessage: message.slice(0, 1024), lastAwsErrorCode: awsErrorCode };
}
