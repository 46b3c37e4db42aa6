import { TenantService } from '#libs/access';
import { Injectable } from '@nestjs/common';
import type { CloudAccount } from './cloud-account.entity.js';
import { AwsAccountAlreadyConnected } from './cloud-account.errors.js';
import { CloudAccounts } from './cloud-accounts.js';
import type { Proof } from './proof.js';

/** What the operator sets: how many cloud accounts a tenant may have in one AWS account. */
export class AccountsPerAwsAccount {
  readonly limit: 'one' | 'many' = 'many';
}

@Injectable()
export class AwsAccountRule {
  constructor(
    private readonly perAwsAccount: AccountsPerAwsAccount,
    private readonly accounts: CloudAccounts,
    private readonly tenants: TenantService,
  ) {}

  /** AWS accounts in which a tenant has several cloud accounts although the limit is `one`: they were there before it. */
  async countExceptions(): Promise<number> {
    return this.perAwsAccount.limit === 'many' ? 0 : this.accounts.countSharedAwsAccounts();
  }

  /**
   * Rule: with the limit `one` a tenant connects an AWS account once. Accounts that shared one before stay. Call it in the unit
   * of work that connects the account: it holds the tenant, so that of two at the same moment one is refused.
   *
   * @throws AwsAccountAlreadyConnected
   */
  async refuseSecond(
    { id, tenantId, awsAccountId }: Pick<CloudAccount, 'tenantId'> & Partial<Pick<CloudAccount, 'id' | 'awsAccountId'>>,
    { identity: { accountId } }: Proof,
  ): Promise<void> {
    if (this.perAwsAccount.limit === 'many' || awsAccountId === accountId) return;
    await this.tenants.hold(tenantId);
    const connected = await this.accounts.listInAwsAccount(tenantId, accountId);
    const other = connected.find((account) => account.id !== id);
    if (other) throw new AwsAccountAlreadyConnected(other.id);
  }
}
