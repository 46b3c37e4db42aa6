import { Events, type Actor } from '#libs/events';
import { UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { Blockers } from '../blockers/blockers.js';
import { CloudAccount, type AccountDetails } from '../cloud-account.entity.js';
import { cloudAccountEvent } from '../cloud-account-event.js';
import { CloudAccounts } from '../cloud-accounts.js';
import type { CloudProvider } from '../cloud-provider.js';

/** Accounts of the vendor, which the operator manages. */
@Injectable()
export class HostedAccountsService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly blockers: Blockers,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** All hosted accounts with their number of active subscriptions. */
  async list(): Promise<{ account: CloudAccount; activeSubscriptions: number }[]> {
    const accounts = await this.accounts.listHosted();
    const blockers = await this.blockers.countsOf(accounts);
    return accounts.map((account, i) => ({ account, activeSubscriptions: blockers[i]!.SUBSCRIPTION.count }));
  }

  /**
   * Adds an account of the vendor, in which every tenant can build.
   *
   * @throws InvalidInput, UnknownRegion, CloudAccountNameTaken
   */
  add(actor: Actor, details: AccountDetails & { readonly provider: CloudProvider }): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.add(CloudAccount.createHosted(details, now));
      await this.events.record(cloudAccountEvent('CLOUD_ACCOUNT_CREATED', actor, account, now));
      return account;
    });
  }
}
