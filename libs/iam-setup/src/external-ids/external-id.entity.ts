import { randomBytes } from 'node:crypto';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/**
 * Value that the gateway sends when it assumes the access role of one customer, so that no other customer can use the
 * role through the gateway (confused deputy, IAM user guide). Created by the gateway, because a value chosen by
 * customers proves nothing. Belongs permanently to one cloud account, even after the account is deleted.
 */
@Entity('external_id')
export class ExternalId {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  /** Random reference for callers, so that another tenant's cannot be guessed. */
  @Column('varchar', { length: 40 })
  readonly handle!: string;

  /** Not a secret: everyone who can read the trust policy of the role can read it. 128 random bits. */
  @Column('varchar', { name: 'external_id', length: 64 })
  readonly externalId!: string;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  /** Account that uses it, or used it before it was deleted. Null while it is unused. */
  @Column('int', { name: 'cloud_account_id', nullable: true })
  readonly cloudAccountId!: number | null;

  @Column('datetime', { name: 'taken_at', precision: 3, nullable: true })
  readonly assignedAt!: Date | null;

  static issue(tenantId: number, now: Date): ExternalId {
    return Object.assign(new ExternalId(), {
      tenantId,
      handle: `xid_${random()}`,
      externalId: newExternalId(),
      createdAt: now,
      cloudAccountId: null,
      assignedAt: null,
    } satisfies Partial<ExternalId>);
  }
}

const random = () => randomBytes(16).toString('hex');

/** Unique, and looks like every other external ID. */
export const newExternalId = (): string => `gateway-${random()}`;
