import { all, isDuplicateOf, isOneOf, Transactions, where, type Condition } from '#libs/database';
import { asHeld, InvalidField, InvalidInput, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import { AccessRecords, type ApiKeyFilter } from '../access-records.js';
import { ApiKey } from '../api-key.entity.js';
import { Tenant } from '../tenant.entity.js';

@Injectable()
export class TypeOrmAccessRecords extends AccessRecords {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findKeyToken(keyId: string): Promise<ApiKey | null> {
    // Finds this row, or the next one, or the first: always two index lookups and one row.
    const next = 'SELECT MIN(key_id) FROM api_key WHERE key_id >= ?';
    return this.keyRows.findOne(where(`key_id = COALESCE((${next}), (SELECT MIN(key_id) FROM api_key))`, keyId));
  }

  findKey(id: number): Promise<ApiKey | null> {
    return this.keyRows.findOne(where('id = ?', id));
  }

  findKeys(tenantId: number, ids: readonly number[]): Promise<ApiKey[]> {
    return this.keyRows.find(all(where('tenant_id = ?', tenantId), isOneOf('id', ids)));
  }

  listKeys(tenantId: number, filter: ApiKeyFilter, now: Date, page: PageRequest<'CREATED_AT'>): Promise<Page<ApiKey>> {
    return this.keyRows.page([matching(tenantId, filter, now)], { CREATED_AT: { property: 'createdAt' } }, page);
  }

  countKeys(tenantId: number, filter: ApiKeyFilter, now: Date): Promise<number> {
    return this.keyRows.count(matching(tenantId, filter, now));
  }

  async findCreators(tenantId: number): Promise<ReadonlyMap<number, number>> {
    const made = await this.transactions.query<{ id: number; maker: number }>(
      `SELECT id, created_by_key_id AS maker FROM api_key WHERE tenant_id = ? AND created_by_key_id IS NOT NULL`,
      [tenantId],
    );
    return new Map(made.map(({ id, maker }) => [id, maker]));
  }

  listAllKeys(tenantId?: number): Promise<ApiKey[]> {
    return this.keys.find({ where: tenantId === undefined ? {} : { tenantId }, order: { id: 'ASC' } });
  }

  async findTwoOwnerKeys(tenantId: number, now: Date): Promise<number[]> {
    const owners = all(matching(tenantId, { isUsable: true }, now), where("role = 'OWNER'"));
    return (await this.keyRows.find(owners, { limit: 2 })).map(({ id }) => id);
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

  async listSuspendedTenants(): Promise<number[]> {
    const suspended = await this.tenants.find({ select: { id: true }, where: { suspendedAt: Not(IsNull()) } });
    return suspended.map(({ id }) => id);
  }

  hasOtherTenant(ids: readonly number[]): Promise<boolean> {
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

  private get keyRows() {
    return this.transactions.rows(ApiKey);
  }

  private get keys() {
    return this.transactions.repository(ApiKey);
  }

  private get tenants() {
    return this.transactions.repository(Tenant);
  }
}

function matching(tenantId: number, { isUsable }: ApiKeyFilter, now: Date): Condition {
  const usable = '(revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?))';
  return all(where('tenant_id = ?', tenantId), isUsable != null && where(isUsable ? usable : `NOT ${usable}`, now));
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
