import { all, isOneOf, Transactions, where } from '#libs/database';
import type { SealedSecret } from '#libs/encryption';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { StoredAccessKey, type AccessKeySlot } from '../stored-access-key.entity.js';
import { StoredAccessKeys } from './stored-access-keys.js';

@Injectable()
export class TypeOrmStoredAccessKeys extends StoredAccessKeys {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, cloudAccountId: number, slot: AccessKeySlot): Promise<StoredAccessKey | null> {
    const condition = 'tenant_id = ? AND cloud_account_id = ? AND slot = ?';
    return this.rows.findOne(where(condition, tenantId, cloudAccountId, slot));
  }

  all(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]> {
    return this.rows.find(all(where('tenant_id = ?', tenantId), isOneOf('cloud_account_id', cloudAccountIds)));
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]> {
    const current = where("tenant_id = ? AND slot = 'CURRENT'", tenantId);
    return this.rows.find(all(current, isOneOf('cloud_account_id', cloudAccountIds)));
  }

  async put(key: Omit<StoredAccessKey, 'id' | 'maskedAccessKeyId'>): Promise<void> {
    const { tenantId, cloudAccountId, slot } = key;
    const { affected } = await this.repository.update({ tenantId, cloudAccountId, slot }, key);
    if (!affected) await this.repository.insert(key);
  }

  async findStoredIds(accessKeyIds: readonly string[]): Promise<string[]> {
    const kept = await this.repository.find({
      select: { accessKeyId: true },
      where: { accessKeyId: In([...accessKeyIds]) },
    });
    return kept.map(({ accessKeyId }) => accessKeyId);
  }

  async markVerified(tenantId: number, cloudAccountId: number, lastVerifiedAt: Date): Promise<void> {
    await this.repository.update({ tenantId, cloudAccountId, slot: 'CURRENT' }, { lastVerifiedAt });
  }

  allAfter(id: number, limit: number): Promise<StoredAccessKey[]> {
    return this.rows.find(where('id > ?', id), { orderBy: 'id', limit });
  }

  count(): Promise<number> {
    return this.repository.count();
  }

  async reseal(seen: StoredAccessKey, { keyId, record }: SealedSecret): Promise<boolean> {
    const { id, version, encryptionKeyId, sealedSecret } = seen;
    const asSeen = { id, version, encryptionKeyId, sealedSecret };
    const { affected } = await this.repository.update(asSeen, { encryptionKeyId: keyId, sealedSecret: record });
    return affected === 1;
  }

  async remove(tenantId: number, cloudAccountId: number, slot?: AccessKeySlot): Promise<void> {
    await this.repository.delete({ tenantId, cloudAccountId, ...(slot && { slot }) });
  }

  private get rows() {
    return this.transactions.rows(StoredAccessKey);
  }

  private get repository() {
    return this.transactions.repository(StoredAccessKey);
  }
}
