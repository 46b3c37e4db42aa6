import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Tenant of the operator, which owns the hosted accounts. The first migration creates it. */
export const operatorTenantId = 1;

/** A change of a tenant was refused. The message is for the operator. */
export class TenantChangeRefused extends Error {
  override readonly name = 'TenantChangeRefused';
}

/** Customer of the vendor. A tenant never sees rows of another tenant, except hosted accounts. */
@Entity('tenant')
export class Tenant {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('varchar', { length: 64 })
  readonly name!: string;

  /** Case-folded name. Unique. */
  @Column('varchar', { name: 'name_key', length: 192 })
  readonly nameKey!: string;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  /** Time since when no API key of the tenant is accepted. Null while the tenant is active. */
  @Column('datetime', { name: 'suspended_at', precision: 3, nullable: true })
  readonly suspendedAt!: Date | null;
}
