import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Role } from './viewer.js';

/** A key that speaks for a tenant. What proves it is kept as a keyed hash only. */
@Entity('api_key')
export class ApiKey {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('varchar', { name: 'key_id', length: 8 })
  readonly keyId!: string;

  /** HMAC-SHA256 of the whole token under the gateway's pepper. */
  @Column('blob', { name: 'token_hash' })
  readonly tokenHash!: Buffer;

  @Column('varchar', { length: 64 })
  readonly name!: string;

  @Column('varchar', { length: 16 })
  readonly role!: Role;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  /** Null for one that lasts. */
  @Column('datetime', { name: 'expires_at', precision: 3, nullable: true })
  readonly expiresAt!: Date | null;

  @Column('datetime', { name: 'revoked_at', precision: 3, nullable: true })
  readonly revokedAt!: Date | null;

  /** Whether it still opens anything. */
  isGood(now: Date): boolean {
    return this.revokedAt === null && (this.expiresAt === null || this.expiresAt > now);
  }
}
