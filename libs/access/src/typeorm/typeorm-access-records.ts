import { Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { IsNull, Not, Raw } from 'typeorm';
import { AccessRecords } from '../access-records.js';
import { ApiKey } from '../api-key.entity.js';
import { Tenant } from '../tenant.entity.js';

@Injectable()
export class TypeOrmAccessRecords extends AccessRecords {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findKey(keyId: string): Promise<ApiKey | null> {
    // The one that comes next, or the first: two looks into the index, and one row in any case.
    const next = 'SELECT MIN(key_id) FROM api_key WHERE key_id >= :keyId';
    const id = Raw((column) => `${column} = COALESCE((${next}), (SELECT MIN(key_id) FROM api_key))`, { keyId });
    return this.transactions.repository(ApiKey).findOneBy({ keyId: id });
  }

  listKeys(tenantId?: number): Promise<ApiKey[]> {
    const where = tenantId === undefined ? {} : { tenantId };
    return this.transactions.repository(ApiKey).find({ where, order: { id: 'ASC' } });
  }

  async addKey(key: Omit<ApiKey, 'id' | 'isGood'>): Promise<number> {
    const row: Partial<ApiKey> = { ...key };
    await this.transactions.repository(ApiKey).insert(row);
    return row.id!;
  }

  async revokeKey(id: number, revokedAt: Date): Promise<boolean> {
    const keys = this.transactions.repository(ApiKey);
    const { affected } = await keys.update({ id, revokedAt: IsNull() }, { revokedAt });
    return affected === 1;
  }

  listTenants(): Promise<Tenant[]> {
    return this.transactions.repository(Tenant).find({ order: { id: 'ASC' } });
  }

  async holdTenant(id: number): Promise<void> {
    await this.transactions.repository(Tenant).findOne({ where: { id }, ...this.transactions.forUpdate });
  }

  hasTenantBesides(id: number): Promise<boolean> {
    return this.transactions.repository(Tenant).existsBy({ id: Not(id) });
  }

  async addTenant(tenant: Omit<Tenant, 'id'>): Promise<Tenant> {
    const row = { ...tenant };
    await this.transactions.repository(Tenant).insert(row);
    return row as Tenant;
  }
}
