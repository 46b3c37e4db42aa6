import { isDuplicateOf, Transactions, where } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { Column, Entity, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { WrappedKey } from '../kek-provider.js';
import {
  KekNotAdmitted,
  StoredKeyExists,
  StoredKeys,
  type AdmittedKek,
  type KeyPurpose,
  type NewStoredKey,
  type StoredKey,
} from '../keys.js';

@Entity('encryption_key')
export class StoredKeyRow implements StoredKey {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id', nullable: true })
  readonly tenantId!: number | null;

  @Column('varchar', { length: 16 })
  readonly purpose!: KeyPurpose;

  /** Combines tenant and purpose, because a unique index treats every NULL as different. */
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

@Entity('key_canary')
export class KeyCanaryRow {
  @PrimaryColumn('varchar', { name: 'kek_id', length: 16 })
  readonly kekId!: string;

  @Column('blob', { name: 'record' })
  readonly canary!: Buffer;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly admittedAt!: Date;
}

@Injectable()
export class TypeOrmStoredKeys extends StoredKeys {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(id: number): Promise<StoredKey | null> {
    return this.rows.findOne(where('id = ?', id));
  }

  async newestFor(purpose: KeyPurpose, tenantId: number | null): Promise<StoredKey | null> {
    const [newest] = await this.rows.find(where('owner = ?', ownerOf(purpose, tenantId)), newestFirst);
    return newest ?? null;
  }

  async add(key: NewStoredKey): Promise<number> {
    const row = { ...key, owner: ownerOf(key.purpose, key.tenantId) };
    try {
      // A unit of work, because several gateways that add the same key concurrently can deadlock. The losers read
      // again.
      await this.transactions.run(async () => {
        await this.holdKek(key.kekId);
        await this.repository.insert(row);
      });
    } catch (error) {
      if (isDuplicateOf(error, 'uq_encryption_key', 'owner')) throw new StoredKeyExists({ cause: error });
      throw error;
    }
    return (row as unknown as StoredKeyRow).id;
  }

  list(): Promise<StoredKey[]> {
    return this.repository.find({ order: { id: 'ASC' } });
  }

  rewrap({ id, kekId, wrappedKey }: StoredKey, by: WrappedKey): Promise<boolean> {
    return this.transactions.run(async () => {
      await this.holdKek(by.kekId);
      const { affected } = await this.repository.update(
        { id, kekId, wrappedKey },
        { kekId: by.kekId, wrappedKey: by.wrapped },
      );
      return affected === 1;
    });
  }

  admitted(): Promise<AdmittedKek[]> {
    return this.canaries.find({ order: { admittedAt: 'ASC', kekId: 'ASC' } });
  }

  async admit(kek: AdmittedKek): Promise<void> {
    await this.transactions.run(async () => {
      if (!(await this.canaries.existsBy({ kekId: kek.kekId }))) await this.canaries.insert({ ...kek });
    });
  }

  dismiss(kekId: string): Promise<number> {
    return this.transactions.run(async () => {
      // Locked, so that a process that is about to wrap with it has either stored the key, or finds the KEK dismissed.
      await this.canaries.findOne({ where: { kekId }, ...this.transactions.forUpdate });
      const wrapped = await this.repository.countBy({ kekId });
      if (wrapped === 0) await this.canaries.delete({ kekId });
      return wrapped;
    });
  }

  /** Lock that several processes can share. @throws KekNotAdmitted */
  private async holdKek(kekId: string): Promise<void> {
    const lock = this.transactions.isSqlite ? '' : ' LOCK IN SHARE MODE';
    const found = await this.transactions.query(`SELECT kek_id FROM key_canary WHERE kek_id = ?${lock}`, [kekId]);
    if (found.length === 0) throw new KekNotAdmitted(kekId);
  }

  private get canaries() {
    return this.transactions.repository(KeyCanaryRow);
  }

  private get rows() {
    return this.transactions.rows(StoredKeyRow);
  }

  private get repository() {
    return this.transactions.repository(StoredKeyRow);
  }
}

const newestFirst = { orderBy: 'version DESC', limit: 1 };

function ownerOf(purpose: KeyPurpose, tenantId: number | null): string {
  return `${purpose}/${tenantId ?? ''}`;
}
