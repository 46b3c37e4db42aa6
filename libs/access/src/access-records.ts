import type { ApiKey } from './api-key.entity.js';
import type { Tenant } from './tenant.entity.js';

/** All tenants and their API keys, as the domain sees them: a collection. */
export abstract class AccessRecords {
  /**
   * The key of that id; where there is none some other, so that a look takes as long whether it finds what it looks for or
   * not. Only its hash tells which. Null when there is no key at all.
   */
  abstract findKey(keyId: string): Promise<ApiKey | null>;

  /** By id; those of one tenant, or all. */
  abstract listKeys(tenantId?: number): Promise<ApiKey[]>;

  abstract addKey(key: Omit<ApiKey, 'id' | 'isGood'>): Promise<number>;

  /** False when there is no such key, or it was revoked before. */
  abstract revokeKey(id: number, at: Date): Promise<boolean>;

  abstract listTenants(): Promise<Tenant[]>;

  /** Keeps other units of work away from the tenant until ours ends. */
  abstract holdTenant(id: number): Promise<void>;

  abstract hasTenantBesides(id: number): Promise<boolean>;

  abstract addTenant(tenant: Omit<Tenant, 'id'>): Promise<Tenant>;
}
