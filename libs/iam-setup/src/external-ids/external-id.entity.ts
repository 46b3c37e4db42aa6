import { randomBytes } from 'node:crypto';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/**
 * What the gateway says when it assumes one customer's access role, so that nobody can have it use another's ("confused
 * deputy", IAM user guide). Made by the gateway, because an id that a customer may choose proves nothing; taken by one
 * cloud account, and never by another, not even after that account is gone.
 */
@Entity('external_id')
export class ExternalId {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  /** What callers name it by: random, so that nobody guesses another tenant's. */
  @Column('varchar', { length: 40 })
  readonly handle!: string;

  /** No secret at AWS: whoever may read the role's trust policy reads it. 128 bits of chance. */
  @Column('varchar', { name: 'external_id', length: 64 })
  readonly externalId!: string;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  /** The account that took it, or that had taken it and is gone; null while it is free. */
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

/** An external id that nobody has, and that looks like any other. */
export const newExternalId = (): string => `gateway-${random()}`;
