import type { Page, PageRequest } from '#libs/kernel';
import type { CredentialUse } from '../credential-use.entity.js';

/** Collection of all uses of stored secrets. Each query is limited to one tenant. */
export abstract class CredentialUses {
  abstract add(use: Omit<CredentialUse, 'id'>): Promise<void>;

  /** The same page for each account, in the order of the accounts. */
  abstract listOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    page: PageRequest<'USED_AT'>,
  ): Promise<Page<CredentialUse>[]>;

  abstract countOfAccounts(tenantId: number, cloudAccountIds: readonly number[]): Promise<number[]>;

  /** Locks the account until the unit of work ends. False when it does not exist. */
  abstract holdAccount(tenantId: number, cloudAccountId: number): Promise<boolean>;

  abstract removeOlderThan(moment: Date): Promise<void>;
}
