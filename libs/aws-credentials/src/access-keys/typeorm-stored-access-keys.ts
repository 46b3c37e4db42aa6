import { Transactions } from '#libs/database';
import type { SealedSecret } from '#libs/encryption';
import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { StoredAccessKey, type AccessKeySlot } from '../stored-access-key.entity.js';
import { StoredAccessKeys } from './stored-access-keys.js';

@Injectable()
export class TypeOrmStoredAccessKeys extends StoredAccessKeys {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  find(tenantId: number, cloudAccountId: number, slot: AccessKeySlot): Promise<StoredAccessKey | null> {
    return this.rows.findOneBy({ tenantId, cloudAccountId, slot });
  }

  all(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]) });
  }

  ofAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<StoredAccessKey[]> {
    return this.rows.findBy({ tenantId, cloudAccountId: In([...cloudAccountIds]), slot: 'CURRENT' });
  }

  async put(key: Omit<StoredAccessKey, 'id' | 'maskedAccessKeyId'>): Promise<void> {
    const { tenantId, cloudAccountId, slot } = key;
    const { affected } = await this.rows.update({ tenantId, cloudAccountId, slot }, key);
    if (!affected) await this.rows.insert(key);
  }

  async findStoredIds(accessKeyIds: readonly string[]): Promise<string[]> {
    const kept = await this.rows.find({ select: { accessKeyId: true }, where: { accessKeyId: In([...accessKeyIds]) } });
    return kept.map(({ accessKeyId }) => accessKeyId);
  }

  async markVerified(tenantId: number, cloudAccountId: number, lastVerifiedAt: Date): Promise<void> {
    await this.rows.update({ tenantId, cloudAccountId, slot: 'CURRENT' }, { lastVerifiedAt });
  }

  allAfter(id: number, limit: number): Promise<StoredAccessKey[]> {
    return this.rows.find({ where: { id: MoreThan(id) }, order: { id: 'ASC' }, take: limit });
  }

  count(): Promise<number> {
    return this.rows.count();
  }

  async reseal(seen: StoredAccessKey, { keyId, record }: SealedSecret): Promise<boolean> {
    const { id, version, encryptionKeyId, sealedSecret } = seen;
    const asSeen = { id, version, encryptionKeyId, sealedSecret };
    const { affected } = await this.rows.update(asSeen, { encryptionKeyId: keyId, sealedSecret: record });
    return affected === 1;
  }

  async remove(tenantId: number, cloudAccountId: number, slot?: AccessKeySlot): Promise<void> {
    await this.rows.delete({ tenantId, cloudAccountId, ...(slot && { slot }) });
  }

  private get rows() {
    return this.transactions.repository(StoredAccessKey);
  }
}
