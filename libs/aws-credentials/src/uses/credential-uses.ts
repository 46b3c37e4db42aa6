import type { Page, PageRequest } from '#libs/kernel';
import type { CredentialUse } from '../credential-use.entity.js';

/** Every use of a stored secret, as the domain sees them: a collection. Another tenant's are not there. */
export abstract class CredentialUses {
  abstract add(use: Omit<CredentialUse, 'id'>): Promise<void>;

  /** The same page of each account's list, in the order of the accounts. */
  abstract listOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    page: PageRequest<'USED_AT'>,
  ): Promise<Page<CredentialUse>[]>;

  abstract countOfAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<number[]>;

  /** Keeps other units of work away from the account until ours ends; false when it is not there. */
  abstract holdAccount(tenantId: number, cloudAccountId: number): Promise<boolean>;

  abstract removeOlderThan(moment: Date): Promise<void>;
}
