import { AwsAccessService } from '#libs/aws-credentials';
import { Events, type Actor } from '#libs/events';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { blockersInWords } from '../blocker.js';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccounts } from '../cloud-accounts.js';
import { CredentialTrialService } from '../credential-trials/credential-trial.service.js';
import { DeletedCloudAccount, type Deletion } from './deleted-cloud-account.entity.js';
import { DeletedCloudAccounts } from './deleted-cloud-accounts.js';
import { RemainingResources } from './remaining-resources.js';

/** Every deletion of an account uses this class, so the rule cannot be bypassed. */
@Injectable()
export class CloudAccountRemoval {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly blockers: Blockers,
    private readonly trials: CredentialTrialService,
    private readonly credentials: AwsAccessService,
    private readonly resources: RemainingResources,
    private readonly deleted: DeletedCloudAccounts,
    private readonly events: Events,
  ) {}

  /**
   * Rule: an account with an active subscription cannot be deleted, nor one with a blocker of any other kind.
   *
   * The account is locked. `Subscriptions.add` needs a locked account as well, so no subscription can be created
   * between the check and the removal. In addition, the foreign key of `subscription.active_cloud_account_id` refuses
   * the deletion.
   *
   * Deletes the secrets, makes the name and the AWS user available again, and keeps a record of the account.
   *
   * @param viewedBy tenant whose view of the blockers the refusal shows
   * @throws CloudAccountInUse
   */
  async remove(
    account: Held<CloudAccount>,
    viewedBy: number,
    actor: Actor,
    deletion: Deletion,
    now: Date,
  ): Promise<void> {
    const { id, tenantId, name, provider, ownership } = account;
    const [counts] = await this.blockers.countsOf([account]);
    const isFree = blockersInWords(counts!).length === 0;
    account.refuseRemoval(counts!, isFree ? undefined : await this.blockers.seenBy(viewedBy, account, counts!));

    const orphaned = await this.resources.orphanAll(account, now);
    await this.trials.remove(account);
    await this.credentials.removeAll(account);
    await this.accounts.remove(account);
    await this.deleted.add(DeletedCloudAccount.of(account, deletion, orphaned, now));
    const { kind: mode, reason, abandoned } = deletion;
    const data = { name, provider, ownership, mode, reason, abandonedSubscriptionCount: abandoned };
    const subject = ['CloudAccount', id] as const;
    await this.events.record({ type: 'CLOUD_ACCOUNT_DELETED', tenantId, subject, actor, at: now, data });
  }
}
