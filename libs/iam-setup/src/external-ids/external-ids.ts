import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import type { ExternalId } from './external-id.entity.js';

/** All external ids, as the domain sees them: a collection. A tenant sees its own; another's are not there. */
export abstract class ExternalIds {
  abstract find(tenantId: number, handle: string): Promise<ExternalId | null>;

  abstract findById(tenantId: number, externalId: string): Promise<ExternalId | null>;

  /** Whosever it is, for the operator. */
  abstract findInAllTenants(handle: string): Promise<ExternalId | null>;

  /** The one an account has taken; null when it has none. */
  abstract ofAccount(tenantId: number, cloudAccountId: number): Promise<ExternalId | null>;

  abstract list(tenantId: number, page: PageRequest<'CREATED_AT'>): Promise<Page<ExternalId>>;

  abstract count(tenantId: number): Promise<number>;

  /** Gives it its id. */
  abstract add(externalId: ExternalId): Promise<void>;

  /** Makes it an account's for ever; false when one has it already. */
  abstract assign(externalId: ExternalId, account: Held<AccountReference>, now: Date): Promise<boolean>;
}
