import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { AwsAccessRole } from '../aws-access-role.js';
import type { AccessKeySlot } from '../stored-access-key.entity.js';

/** Stored access role. It has no secret. */
@Entity('aws_access_role')
export class StoredAccessRole {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  /** Same slots as for access keys. A role is never RETIRING. */
  @Column('varchar', { length: 16 })
  readonly slot!: Exclude<AccessKeySlot, 'RETIRING'>;

  /** Counts all access keys and access roles of the account together. */
  @Column('int')
  readonly version!: number;

  @Column('varchar', { name: 'role_arn', length: 640 })
  readonly roleArn!: string;

  @Column('varchar', { name: 'external_id', length: 64 })
  readonly externalId!: string;

  @Column('datetime', { name: 'issued_at', precision: 3 })
  readonly issuedAt!: Date;

  @Column('int', { name: 'session_seconds' })
  readonly sessionSeconds!: number;

  @Column('datetime', { name: 'set_at', precision: 3 })
  readonly setAt!: Date;

  /** Name of the API key that set the role. */
  @Column('varchar', { name: 'set_by', length: 64 })
  readonly setBy!: string;

  /** Time when the gateway last assumed the role. For a candidate, the time when it was set. */
  @Column('datetime', { name: 'last_verified_at', precision: 3 })
  readonly lastVerifiedAt!: Date;

  get role(): AwsAccessRole {
    return new AwsAccessRole(this.roleArn, this.externalId, this.sessionSeconds);
  }
}
