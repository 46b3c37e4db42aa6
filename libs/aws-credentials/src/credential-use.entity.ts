import type { Actor, ActorKind } from '#libs/events';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Purpose of a use of a stored secret. */
export const CredentialUsePurpose = {
  VERIFICATION: 'VERIFICATION',
  CONSOLE_ROLE_CHANGE: 'CONSOLE_ROLE_CHANGE',
  ROTATION: 'ROTATION',
  HEALTH_CHECK: 'HEALTH_CHECK',
  DRIFT_CHECK: 'DRIFT_CHECK',
  PROVISIONING: 'PROVISIONING',
  KEY_RING: 'KEY_RING',
} as const;
export type CredentialUsePurpose = keyof typeof CredentialUsePurpose;

/** REJECTED: the stored data is not what was encrypted for this account. No secret was released. */
export const CredentialUseResult = { DECRYPTED: 'OPENED', REJECTED: 'REJECTED' } as const;
export type CredentialUseResult = (typeof CredentialUseResult)[keyof typeof CredentialUseResult];

/** Actor and purpose of a use of a stored secret. */
export interface IntendedUse {
  readonly actor: Actor;
  readonly purpose: CredentialUsePurpose;
  /** UUID of the operation, if the caller needs it beforehand: as the name of a session in AWS. */
  readonly operationId?: string;
}

/** Use of a stored secret. Append-only. Kept for 90 days, even after the account is deleted. */
@Entity('credential_use')
export class CredentialUse {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('datetime', { name: 'used_at', precision: 3 })
  readonly usedAt!: Date;

  @Column('varchar', { name: 'actor_kind', length: 16 })
  readonly actorKind!: ActorKind;

  @Column('int', { name: 'actor_id', nullable: true })
  readonly actorId!: number | null;

  @Column('varchar', { name: 'actor_name', length: 64 })
  readonly actorName!: string;

  @Column('varchar', { length: 32 })
  readonly purpose!: CredentialUsePurpose;

  /** UUID, unique for each use. */
  @Column('varchar', { name: 'operation_id', length: 36 })
  readonly operationId!: string;

  @Column('varchar', { length: 16 })
  readonly result!: CredentialUseResult;
}
