import type { Actor, ActorKind } from '#libs/events';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** What a stored secret is opened for. */
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

/** REJECTED: what is stored is not what was sealed for this account, and nobody got a secret. */
export const CredentialUseResult = { DECRYPTED: 'OPENED', REJECTED: 'REJECTED' } as const;
export type CredentialUseResult = (typeof CredentialUseResult)[keyof typeof CredentialUseResult];

/** Who wants a stored secret, and what for. */
export interface IntendedUse {
  readonly actor: Actor;
  readonly purpose: CredentialUsePurpose;
  /** A UUID for what is done with it, where the caller wants to know it beforehand: as the name of a session at AWS. */
  readonly operationId?: string;
}

/** One opening of a stored secret. Only ever added to; it outlives the account for a while. */
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

  /** A UUID, one for each use. */
  @Column('varchar', { name: 'operation_id', length: 36 })
  readonly operationId!: string;

  @Column('varchar', { length: 16 })
  readonly result!: CredentialUseResult;
}
