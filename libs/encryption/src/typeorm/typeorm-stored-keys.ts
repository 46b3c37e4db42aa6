import { isDuplicateOf, Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { StoredKeyExists, StoredKeys, type KeyPurpose, type NewStoredKey, type StoredKey } from '../keys.js';

@Entity('encryption_key')
export class StoredKeyRow implements StoredKey {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id', nullable: true })
  readonly tenantId!: number | null;

  @Column('varchar', { length: 16 })
  readonly purpose!: KeyPurpose;

  /** Tenant and purpose in one, because a unique index takes every NULL for another value. */
  @Column('varchar', { length: 32 })
  readonly owner!: string;

  @Column('int')
  readonly version!: number;

  @Column('varchar', { name: 'kek_id', length: 16 })
  readonly kekId!: string;

  @Column('blob', { name: 'wrapped_key' })
  readonly wrappedKey!: Buffer;

  @Column('blob')
  readonly commitment!: Buffer;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;
}

@Injectable()
export class TypeOrmStoredKeys extends StoredKeys {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(id: number): Promise<StoredKey | null> {
    return this.rows.findOneBy({ id });
  }

  newestFor(purpose: KeyPurpose, tenantId: number | null): Promise<StoredKey | null> {
    return this.rows.findOne({ where: { owner: ownerOf(purpose, tenantId) }, order: { version: 'DESC' } });
  }

  async add(key: NewStoredKey): Promise<number> {
    const row = { ...key, owner: ownerOf(key.purpose, key.tenantId) };
    try {
      // A unit of work, because several gateways that add the same key at once can deadlock: the losers look again.
      await this.transactions.run(() => this.rows.insert(row));
    } catch (error) {
      if (isDuplicateOf(error, 'uq_encryption_key', 'owner')) throw new StoredKeyExists({ cause: error });
      throw error;
    }
    return (row as unknown as StoredKeyRow).id;
  }

  list(): Promise<StoredKey[]> {
    return this.rows.find({ order: { id: 'ASC' } });
  }

  private get rows() {
    return this.transactions.repository(StoredKeyRow);
  }
}

function ownerOf(purpose: KeyPurpose, tenantId: number | null): string {
  return `${purpose}/${tenantId ?? ''}`;
}
