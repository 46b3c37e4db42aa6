import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { AwsAccessRole } from '../aws-access-role.js';
import type { AccessKeySlot } from '../stored-access-key.entity.js';

/** An access role as it is kept, in the place of a key: nothing of it is secret. */
@Entity('aws_access_role')
export class StoredAccessRole {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  /** As of keys; a role never retires. */
  @Column('varchar', { length: 16 })
  readonly slot!: Exclude<AccessKeySlot, 'RETIRING'>;

  /** Counts the keys and roles this account has had, together. */
  @Column('int')
  readonly version!: number;

  @Column('varchar', { name: 'role_arn', length: 640 })
  readonly roleArn!: string;

  @Column('varchar', { name: 'external_id', length: 64 })
  readonly externalId!: string;

  /** When the external id was issued. */
  @Column('datetime', { name: 'issued_at', precision: 3 })
  readonly issuedAt!: Date;

  @Column('int', { name: 'session_seconds' })
  readonly sessionSeconds!: number;

  @Column('datetime', { name: 'set_at', precision: 3 })
  readonly setAt!: Date;

  /** The name of the API key it was set with. */
  @Column('varchar', { name: 'set_by', length: 64 })
  readonly setBy!: string;

  /** When it last let the gateway in; of a candidate, when it was set. */
  @Column('datetime', { name: 'last_verified_at', precision: 3 })
  readonly lastVerifiedAt!: Date;

  get role(): AwsAccessRole {
    return new AwsAccessRole(this.roleArn, this.externalId, this.sessionSeconds);
  }
}
