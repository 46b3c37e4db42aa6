import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** The operator's own tenant, which the hosted accounts belong to. It is there from the first migration. */
export const operatorTenantId = 1;

/** What the operator asked of a tenant is not done. The message is for the operator. */
export class TenantChangeRefused extends Error {
  override readonly name = 'TenantChangeRefused';
}

/** A customer of the vendor. No row of one tenant is ever visible to another, but for the hosted accounts. */
@Entity('tenant')
export class Tenant {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('varchar', { length: 64 })
  readonly name!: string;

  /** Tells names apart: no two tenants have one key. */
  @Column('varchar', { name: 'name_key', length: 192 })
  readonly nameKey!: string;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  /** Since when none of its API keys is accepted; null while the tenant is active. */
  @Column('datetime', { name: 'suspended_at', precision: 3, nullable: true })
  readonly suspendedAt!: Date | null;
}
