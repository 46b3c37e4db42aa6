import { TenantService } from '#libs/access';
import { Injectable } from '@nestjs/common';
import type { CloudAccount } from './cloud-account.entity.js';
import { AwsAccountAlreadyConnected } from './cloud-account.errors.js';
import { CloudAccounts } from './cloud-accounts.js';
import type { Proof } from './proof.js';

/** Limit set by the operator: number of cloud accounts that a tenant can connect in one AWS account. */
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

  /**
   * Number of AWS accounts in which a tenant has several cloud accounts although the limit is `one`. They were
   * connected before the limit was set.
   */
  async countExceptions(): Promise<number> {
    return this.perAwsAccount.limit === 'many' ? 0 : this.accounts.countSharedAwsAccounts();
  }

  /**
   * Rule: with the limit `one`, a tenant can connect an AWS account only once. Accounts that already share one are
   * kept. Call this in the unit of work that connects the account: it locks the tenant, so of two concurrent calls one
   * is refused.
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
