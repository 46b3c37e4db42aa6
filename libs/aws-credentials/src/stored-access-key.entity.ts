import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { maskAccessKeyId } from './aws-access-key.js';

/**
 * What a stored key is for. CURRENT: proven, and used for everything. CANDIDATE: not proven yet, and read by nothing but
 * verification. RETIRING: on its way out; the old key until the grace period is over, or a new one that is rolled back.
 */
export type AccessKeySlot = 'CURRENT' | 'CANDIDATE' | 'RETIRING';

/** An access key as it is kept: the secret is ciphertext, which only its own tenant, account, slot and version open. */
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

  /** Counts the keys this account has had; one that changes its slot keeps its number. */
  @Column('int')
  version!: number;

  @Column('varchar', { name: 'access_key_id', length: 20 })
  accessKeyId!: string;

  @Column('int', { name: 'encryption_key_id' })
  encryptionKeyId!: number;

  @Column('blob', { name: 'sealed_secret' })
  sealedSecret!: Buffer;

  /** The same for the same key pair in the same tenant, and telling nothing else. */
  @Column('varchar', { length: 16 })
  fingerprint!: string;

  @Column('datetime', { name: 'set_at', precision: 3 })
  setAt!: Date;

  /** The name of the API key it was set with. */
  @Column('varchar', { name: 'set_by', length: 64 })
  setBy!: string;

  /** When AWS last accepted it; of a candidate, when it was set. */
  @Column('datetime', { name: 'last_verified_at', precision: 3 })
  lastVerifiedAt!: Date;

  get maskedAccessKeyId(): string {
    return maskAccessKeyId(this.accessKeyId);
  }
}
