import type { Held, Page, PageRequest } from '#libs/kernel';
import type { CloudAccount, CloudAccountOwnership, CloudAccountStatus } from './cloud-account.entity.js';
import { CloudAccountNotFound } from './cloud-account.errors.js';
import type { CloudProvider } from './cloud-provider.js';

export type CloudAccountOrderField = 'NAME' | 'CREATED_AT';

/** An account must match every given field. A list is matched by any of its values. */
export interface CloudAccountFilter {
  readonly ownership?: CloudAccountOwnership | null;
  readonly provider?: readonly CloudProvider[] | null;
  readonly status?: readonly CloudAccountStatus[] | null;
  readonly isSandbox?: boolean | null;
}

/**
 * Collection of all cloud accounts.
 *
 * Every query names its tenant, which sees its own accounts and the hosted ones only.
 */
export abstract class CloudAccounts {
  /** @param properties only those that are read, see `PageRequest.properties` */
  abstract find(tenantId: number, id: number, properties?: readonly string[]): Promise<CloudAccount | null>;

  abstract findMany(tenantId: number, ids: readonly number[]): Promise<CloudAccount[]>;

  abstract list(
    tenantId: number,
    filter: CloudAccountFilter,
    page: PageRequest<CloudAccountOrderField>,
  ): Promise<Page<CloudAccount>>;

  abstract count(tenantId: number, filter: CloudAccountFilter): Promise<number>;

  /** All hosted accounts, sorted by ID. */
  abstract listHosted(): Promise<CloudAccount[]>;

  /** Finds an account of any tenant, for the operator. */
  abstract findById(id: number): Promise<CloudAccount | null>;

  /** All accounts with a scheduled deletion, of every tenant. */
  abstract listScheduledForDeletion(): Promise<CloudAccount[]>;

  /** Accounts of the tenant in an AWS account, sorted by ID. */
  abstract listInAwsAccount(tenantId: number, awsAccountId: string): Promise<CloudAccount[]>;

  /** Number of AWS accounts that have several cloud accounts of one tenant. */
  abstract countSharedAwsAccounts(): Promise<number>;

  abstract hasName(tenantId: number, nameKey: string): Promise<boolean>;

  /** Finds and locks the account until the unit of work ends. */
  abstract hold(tenantId: number, id: number): Promise<Held<CloudAccount> | null>;

  /** Stores a new account, assigns its ID and locks it. @throws CloudAccountNameTaken, AwsUserAlreadyConnected */
  abstract add(account: CloudAccount): Promise<Held<CloudAccount>>;

  /** @throws CloudAccountNameTaken, AwsUserAlreadyConnected */
  abstract update(account: Held<CloudAccount>): Promise<void>;

  abstract remove(account: Held<CloudAccount>): Promise<void>;

  /** Locks an account that belongs to the tenant. @throws CloudAccountNotFound, CloudAccountIsHosted */
  async holdOwn(tenantId: number, id: number): Promise<Held<CloudAccount>> {
    return own(await this.hold(tenantId, id));
  }

  /**
   * Like `holdOwn`. Also refuses an account that has changed since the caller read it.
   *
   * @param expectedVersion not compared when it is null or undefined
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict
   */
  async holdForChange(tenantId: number, id: number, expectedVersion?: number | null): Promise<Held<CloudAccount>> {
    const account = await this.holdOwn(tenantId, id);
    account.refuseStaleVersion(expectedVersion);
    return account;
  }

  /** Like `holdForChange`, but without locking: for checks before a call to AWS. */
  async findForChange(tenantId: number, id: number, expectedVersion: number): Promise<CloudAccount> {
    const account = own(await this.find(tenantId, id));
    account.refuseStaleVersion(expectedVersion);
    return account;
  }
}

function own<Account extends CloudAccount>(account: Account | null): Account {
  if (!account) throw new CloudAccountNotFound();
  account.refuseChangeIfHosted();
  return account;
}
