import type { Held, Page, PageRequest } from '#libs/kernel';
import type { ApiKey } from './api-key.entity.js';
import type { Tenant } from './tenant.entity.js';

/** Every field given must fit. */
export interface ApiKeyFilter {
  /** Only those that still open something at `now`, or only the others. */
  readonly isUsable?: boolean | null;
}

/** All tenants and their API keys, as the domain sees them: a collection. */
export abstract class AccessRecords {
  /**
   * The key of that id; where there is none some other, so that a look takes as long whether it finds what it looks for or
   * not. Only its hash tells which. Null when there is no key at all.
   */
  abstract findKeyToken(keyId: string): Promise<ApiKey | null>;

  /** Whosever it is. */
  abstract findKey(id: number): Promise<ApiKey | null>;

  abstract findKeys(tenantId: number, ids: readonly number[]): Promise<ApiKey[]>;

  abstract listKeys(
    tenantId: number,
    filter: ApiKeyFilter,
    now: Date,
    page: PageRequest<'CREATED_AT'>,
  ): Promise<Page<ApiKey>>;

  abstract countKeys(tenantId: number, filter: ApiKeyFilter, now: Date): Promise<number>;

  /** Who made each key of a tenant that another key made: the id of its maker by its own. */
  abstract findCreators(tenantId: number): Promise<ReadonlyMap<number, number>>;

  /** By id; those of one tenant, or all. */
  abstract listAllKeys(tenantId?: number): Promise<ApiKey[]>;

  /** The ids of the tenant's OWNER keys that open something at `now`: of two, should there be more. */
  abstract findTwoOwnerKeys(tenantId: number, now: Date): Promise<number[]>;

  /** Gives the key its id. */
  abstract addKey(key: ApiKey): Promise<void>;

  /** Writes down when a key of a held tenant was revoked. */
  abstract revokeKey(key: ApiKey): Promise<void>;

  abstract markKeyUsed(id: number, at: Date): Promise<void>;

  abstract listTenants(): Promise<Tenant[]>;

  abstract findTenant(id: number): Promise<Tenant | null>;

  abstract findTenantByName(nameKey: string): Promise<Tenant | null>;

  /** The ids of those that are suspended. */
  abstract listSuspendedTenants(): Promise<number[]>;

  /**
   * Keeps other units of work away from the tenant until ours ends: they can neither change it nor add the first row of
   * anything that refers to it.
   */
  abstract holdTenant(id: number): Promise<Held<Tenant> | null>;

  abstract hasOtherTenant(ids: readonly number[]): Promise<boolean>;

  /** @throws InvalidInput when another tenant has the name */
  abstract addTenant(tenant: Omit<Tenant, 'id'>): Promise<Tenant>;

  /** @throws InvalidInput when another tenant has the name */
  abstract updateTenant(tenant: Held<Tenant>, fields: Partial<Omit<Tenant, 'id'>>): Promise<void>;

  /** Removes the tenant and its API keys. @returns how many keys it had */
  abstract removeTenant(tenant: Held<Tenant>): Promise<number>;
}
