import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { maskAccessKeyId } from './aws-access-key.js';

/**
 * CURRENT: verified, and used for all calls. CANDIDATE: not verified yet, and used only by verification. RETIRING: to
 * be deleted, either the old access key after the grace period or a new one that is rolled back.
 */
export type AccessKeySlot = 'CURRENT' | 'CANDIDATE' | 'RETIRING';

/** Stored access key. Its secret is encrypted for one tenant, account, slot and version. */
@Entity('aws_access_key')
export class StoredAccessKey {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('varchar', { length: 16 })
  readonly slot!: AccessKeySlot;

  /** Number of access keys and roles of the account so far. It does not change with the slot. */
  @Column('int')
  version!: number;

  @Column('varchar', { name: 'access_key_id', length: 20 })
  accessKeyId!: string;

  @Column('int', { name: 'encryption_key_id' })
  encryptionKeyId!: number;

  @Column('blob', { name: 'sealed_secret' })
  sealedSecret!: Buffer;

  /** Equal for equal access keys of one tenant. Reveals nothing else. */
  @Column('varchar', { length: 16 })
  fingerprint!: string;

  @Column('datetime', { name: 'set_at', precision: 3 })
  setAt!: Date;

  /** Name of the API key that set the access key. */
  @Column('varchar', { name: 'set_by', length: 64 })
  setBy!: string;

  /** Time when AWS last accepted the access key. For a candidate, the time when it was set. */
  @Column('datetime', { name: 'last_verified_at', precision: 3 })
  lastVerifiedAt!: Date;

  get maskedAccessKeyId(): string {
    return maskAccessKeyId(this.accessKeyId);
  }
}
