import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { ExternalId } from './external-id.entity.js';

/** Collection of all external IDs. Each query is limited to one tenant. */
export abstract class ExternalIds {
  abstract find(tenantId: number, handle: string): Promise<ExternalId | null>;

  abstract findById(tenantId: number, externalId: string): Promise<ExternalId | null>;

  /** Of any tenant, for the operator. */
  abstract findInAllTenants(handle: string): Promise<ExternalId | null>;

  /** External ID that is assigned to an account. Null when it has none. */
  abstract ofAccount(tenantId: number, cloudAccountId: number): Promise<ExternalId | null>;

  abstract list(tenantId: number, page: PageRequest<'CREATED_AT'>): Promise<Page<ExternalId>>;

  abstract count(tenantId: number): Promise<number>;

  /** Stores a new external ID and assigns its number. */
  abstract add(externalId: ExternalId): Promise<void>;

  /** Assigns the external ID permanently. @returns false when it is already assigned */
  abstract assign(externalId: ExternalId, account: Held<AccountReference>, now: Date): Promise<boolean>;
}
