import { isDuplicateOf, keysetPage, Transactions } from '#libs/database';
import { asHeld, InvalidField, InvalidInput, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, Raw, type SelectQueryBuilder } from 'typeorm';
import { AccessRecords, type ApiKeyFilter } from '../access-records.js';
import { ApiKey } from '../api-key.entity.js';
import { Tenant } from '../tenant.entity.js';

@Injectable()
export class TypeOrmAccessRecords extends AccessRecords {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findKeyToken(keyId: string): Promise<ApiKey | null> {
    // The one that comes next, or the first: two looks into the index, and one row in any case.
    const next = 'SELECT MIN(key_id) FROM api_key WHERE key_id >= :keyId';
    const id = Raw((column) => `${column} = COALESCE((${next}), (SELECT MIN(key_id) FROM api_key))`, { keyId });
    return this.keys.findOneBy({ keyId: id });
  }

  findKey(id: number): Promise<ApiKey | null> {
    return this.keys.findOneBy({ id });
  }

  findKeys(tenantId: number, ids: readonly number[]): Promise<ApiKey[]> {
    return this.keys.findBy({ tenantId, id: In([...ids]) });
  }

  listKeys(tenantId: number, filter: ApiKeyFilter, now: Date, page: PageRequest<'CREATED_AT'>): Promise<Page<ApiKey>> {
    return keysetPage(this.filtered(tenantId, filter, now), { CREATED_AT: 'createdAt' }, page);
  }

  countKeys(tenantId: number, filter: ApiKeyFilter, now: Date): Promise<number> {
    return this.filtered(tenantId, filter, now).getCount();
  }

  async makersOf(tenantId: number): Promise<ReadonlyMap<number, number>> {
    const made = await this.transactions.query<{ id: number; maker: number }>(
      `SELECT id, created_by_key_id AS maker FROM api_key WHERE tenant_id = ? AND created_by_key_id IS NOT NULL`,
      [tenantId],
    );
    return new Map(made.map(({ id, maker }) => [id, maker]));
  }

  allKeys(tenantId?: number): Promise<ApiKey[]> {
    return this.keys.find({ where: tenantId === undefined ? {} : { tenantId }, order: { id: 'ASC' } });
  }

  async twoOwners(tenantId: number, now: Date): Promise<number[]> {
    const owners = this.filtered(tenantId, { isUsable: true }, now).andWhere("apiKey.role = 'OWNER'");
    return (await owners.limit(2).getMany()).map(({ id }) => id);
  }

  async addKey(key: ApiKey): Promise<void> {
    await this.keys.insert(key);
  }

  async revokeKey({ id, revokedAt }: ApiKey): Promise<void> {
    await this.keys.update({ id, revokedAt: IsNull() }, { revokedAt });
  }

  async markKeyUsed(id: number, lastUsedAt: Date): Promise<void> {
    await this.keys.update({ id }, { lastUsedAt });
  }

  listTenants(): Promise<Tenant[]> {
    return this.tenants.find({ order: { id: 'ASC' } });
  }

  findTenant(id: number): Promise<Tenant | null> {
    return this.tenants.findOneBy({ id });
  }

  async holdTenant(id: number): Promise<Held<Tenant> | null> {
    return asHeld(await this.tenants.findOne({ where: { id }, ...this.transactions.forUpdate }));
  }

  findTenantByName(nameKey: string): Promise<Tenant | null> {
    return this.tenants.findOneBy({ nameKey });
  }

  async suspendedTenants(): Promise<number[]> {
    const suspended = await this.tenants.find({ select: { id: true }, where: { suspendedAt: Not(IsNull()) } });
    return suspended.map(({ id }) => id);
  }

  hasTenantBesides(ids: readonly number[]): Promise<boolean> {
    return this.tenants.existsBy({ id: Not(In([...ids])) });
  }

  async addTenant(tenant: Omit<Tenant, 'id'>): Promise<Tenant> {
    const row = { ...tenant };
    await refusingDuplicates(this.tenants.insert(row));
    return row as Tenant;
  }

  async updateTenant({ id }: Held<Tenant>, fields: Partial<Omit<Tenant, 'id'>>): Promise<void> {
    await refusingDuplicates(this.tenants.update({ id }, fields));
  }

  async removeTenant({ id }: Held<Tenant>): Promise<number> {
    const { affected } = await this.keys.delete({ tenantId: id });
    await this.tenants.delete({ id });
    return affected ?? 0;
  }

  private filtered(tenantId: number, { isUsable }: ApiKeyFilter, now: Date): SelectQueryBuilder<ApiKey> {
    const query = this.keys.createQueryBuilder('apiKey').where('apiKey.tenantId = :tenantId', { tenantId });
    const usable = 'apiKey.revokedAt IS NULL AND (apiKey.expiresAt IS NULL OR apiKey.expiresAt > :now)';
    if (isUsable != null) query.andWhere(isUsable ? `(${usable})` : `NOT (${usable})`, { now });
    return query;
  }

  private get keys() {
    return this.transactions.repository(ApiKey);
  }

  private get tenants() {
    return this.transactions.repository(Tenant);
  }
}

async function refusingDuplicates(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isDuplicateOf(error, 'uq_tenant_name', 'name_key')) throw error;
    const fault = 'Another tenant already has this name. Names are not case-sensitive. Choose another name.';
    throw new InvalidInput([new InvalidField(['name'], fault)]);
  }
}
