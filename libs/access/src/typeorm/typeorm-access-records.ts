import { Transactions } from '#libs/database';
import { Injectable } from '@nestjs/common';
import { Not } from 'typeorm';
import { AccessRecords } from '../access-records.js';
import { ApiKey } from '../api-key.entity.js';
import { Tenant } from '../tenant.entity.js';

@Injectable()
export class TypeOrmAccessRecords extends AccessRecords {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findKey(keyId: string): Promise<ApiKey | null> {
    return this.transactions.repository(ApiKey).findOneBy({ keyId });
  }

  async addKey(key: Omit<ApiKey, 'id'>): Promise<void> {
    await this.transactions.repository(ApiKey).insert({ ...key });
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
