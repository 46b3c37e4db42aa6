import type { Held, Page, PageRequest } from '#libs/kernel';
import type { CloudAccount, CloudAccountOwnership, CloudAccountStatus } from './cloud-account.entity.js';
import { CloudAccountNotFound } from './cloud-account.errors.js';
import type { CloudProvider } from './cloud-provider.js';

export type CloudAccountOrderField = 'NAME' | 'CREATED_AT';

/** Every field given must fit; a list is fitted by any of its values. */
export interface CloudAccountFilter {
  readonly ownership?: CloudAccountOwnership | null;
  readonly provider?: readonly CloudProvider[] | null;
  readonly status?: readonly CloudAccountStatus[] | null;
  readonly isSandbox?: boolean | null;
}

/**
 * All cloud accounts, as the domain sees them: a collection.
 *
 * Every question names the tenant that asks. It sees its own accounts and the hosted ones; another's are not there.
 */
export abstract class CloudAccounts {
  abstract find(tenantId: number, id: number): Promise<CloudAccount | null>;

  abstract findMany(tenantId: number, ids: readonly number[]): Promise<CloudAccount[]>;

  abstract list(
    tenantId: number,
    filter: CloudAccountFilter,
    page: PageRequest<CloudAccountOrderField>,
  ): Promise<Page<CloudAccount>>;

  abstract count(tenantId: number, filter: CloudAccountFilter): Promise<number>;

  /** Every hosted account, by id. */
  abstract listHosted(): Promise<CloudAccount[]>;

  /** For the operator. */
  abstract findById(id: number): Promise<CloudAccount | null>;

  /** Every account that waits to be unused, whoever's it is. */
  abstract listScheduledForDeletion(): Promise<CloudAccount[]>;

  /** The tenant's accounts in an AWS account, by id. */
  abstract listInAwsAccount(tenantId: number, awsAccountId: string): Promise<CloudAccount[]>;

  /** How many AWS accounts have several cloud accounts of one tenant. */
  abstract countSharedAwsAccounts(): Promise<number>;

  abstract hasName(tenantId: number, nameKey: string): Promise<boolean>;

  /** Finds the account and keeps other units of work away from it until ours ends. */
  abstract hold(tenantId: number, id: number): Promise<Held<CloudAccount> | null>;

  /** Gives the account its id. No other unit of work sees it before ours ends. @throws CloudAccountNameTaken, AwsUserAlreadyConnected */
  abstract add(account: CloudAccount): Promise<Held<CloudAccount>>;

  /** @throws CloudAccountNameTaken, AwsUserAlreadyConnected */
  abstract update(account: Held<CloudAccount>): Promise<void>;

  abstract remove(account: Held<CloudAccount>): Promise<void>;

  /** Holds an account of the tenant's own. @throws CloudAccountNotFound, CloudAccountIsHosted */
  async holdOwn(tenantId: number, id: number): Promise<Held<CloudAccount>> {
    return own(await this.hold(tenantId, id));
  }

  /**
   * As `holdOwn`, and refuses an account that was changed since the caller read it.
   *
   * @param expectedVersion not compared when it is null or undefined
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict
   */
  async holdForChange(tenantId: number, id: number, expectedVersion?: number | null): Promise<Held<CloudAccount>> {
    const account = await this.holdOwn(tenantId, id);
    account.refuseStaleVersion(expectedVersion);
    return account;
  }

  /** As `holdForChange`, without holding the account: for what has to be asked of AWS before. */
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
