import type { Held, Page, PageRequest } from '#libs/kernel';
import type { ApiKey } from './api-key.entity.js';
import type { Tenant } from './tenant.entity.js';

/** An API key must match every given field. */
export interface ApiKeyFilter {
  /** True: only API keys that are valid at `now`. False: only the others. */
  readonly isUsable?: boolean | null;
}

/** Collection of all tenants and their API keys. */
export abstract class AccessRecords {
  /**
   * Finds the API key with this ID, or another one if it does not exist, so that every lookup takes the same time. The
   * caller must compare the hash. Null only when there are no API keys at all.
   */
  abstract findKeyToken(keyId: string): Promise<ApiKey | null>;

  /** Of any tenant. */
  abstract findKey(id: number): Promise<ApiKey | null>;

  abstract findKeys(tenantId: number, ids: readonly number[]): Promise<ApiKey[]>;

  abstract listKeys(
    tenantId: number,
    filter: ApiKeyFilter,
    now: Date,
    page: PageRequest<'CREATED_AT'>,
  ): Promise<Page<ApiKey>>;

  abstract countKeys(tenantId: number, filter: ApiKeyFilter, now: Date): Promise<number>;

  /** Creators of the API keys of a tenant that were created with another API key: ID of the creator by ID. */
  abstract findCreators(tenantId: number): Promise<ReadonlyMap<number, number>>;

  /** Sorted by ID; of one tenant, or of all. */
  abstract listAllKeys(tenantId?: number): Promise<ApiKey[]>;

  /** IDs of API keys of the tenant with the role OWNER that are valid at `now`: at most two. */
  abstract findTwoOwnerKeys(tenantId: number, now: Date): Promise<number[]>;

  /** Stores a new API key and assigns its ID. */
  abstract addKey(key: ApiKey): Promise<void>;

  /** Stores the revocation of an API key. The caller must lock its tenant. */
  abstract revokeKey(key: ApiKey): Promise<void>;

  abstract markKeyUsed(id: number, at: Date): Promise<void>;

  abstract listTenants(): Promise<Tenant[]>;

  abstract findTenant(id: number): Promise<Tenant | null>;

  abstract findTenantByName(nameKey: string): Promise<Tenant | null>;

  /** IDs of suspended tenants. */
  abstract listSuspendedTenants(): Promise<number[]>;

  /**
   * Locks the tenant until the unit of work ends: other units of work can neither change it nor add the first row that
   * refers to it.
   */
  abstract holdTenant(id: number): Promise<Held<Tenant> | null>;

  abstract hasOtherTenant(ids: readonly number[]): Promise<boolean>;

  /** @throws InvalidInput when another tenant has the name */
  abstract addTenant(tenant: Omit<Tenant, 'id'>): Promise<Tenant>;

  /** @throws InvalidInput when another tenant has the name */
  abstract updateTenant(tenant: Held<Tenant>, fields: Partial<Omit<Tenant, 'id'>>): Promise<void>;

  /** Removes the tenant and its API keys. @returns number of removed API keys */
  abstract removeTenant(tenant: Held<Tenant>): Promise<number>;
}
