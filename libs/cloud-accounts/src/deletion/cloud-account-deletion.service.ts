import { operatorTenantId, type Viewer } from '#libs/access';
import { Events, type Actor } from '#libs/events';
import { UnitOfWork, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountNotFound } from '../cloud-account.errors.js';
import { CloudAccountRemoval } from './cloud-account-removal.js';
import { CloudAccounts } from '../cloud-accounts.js';
import type { DeletedCloudAccount, DeletionMode } from './deleted-cloud-account.entity.js';
import { DeletedCloudAccounts } from './deleted-cloud-accounts.js';

export interface DeletionRequest {
  readonly id: number;
  readonly expectedVersion?: number | null;
  readonly mode?: DeletionMode;
}

/** How accounts go: at once, or once nothing stands on them any more. */
@Injectable()
export class CloudAccountDeletionService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly blockers: Blockers,
    private readonly removal: CloudAccountRemoval,
    private readonly deleted: DeletedCloudAccounts,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Deletes an account, unless something stands in the way; then it is refused, or waits, as `mode` says.
   *
   * @returns the account, when it waits until it is unused; null when it is gone
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict, CloudAccountInUse
   */
  delete(
    { tenantId, actor }: Viewer,
    { id, expectedVersion, mode = 'FAIL_IF_IN_USE' }: DeletionRequest,
  ): Promise<CloudAccount | null> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdForChange(tenantId, id, expectedVersion);
      if (mode === 'WHEN_UNUSED' && (await this.blockers.existOn(account))) {
        await this.scheduleDeletion(account, actor, 'CLOUD_ACCOUNT_DELETION_REQUESTED', now);
        return account;
      }
      await this.removal.remove(account, tenantId, actor, { kind: mode, requestedBy: actor, requestedAt: now }, now);
      return null;
    });
  }

  /**
   * Has an account stay that waits to be unused: it is what it was before.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict, CloudAccountDeletionNotScheduled
   */
  cancel(viewer: Viewer, id: number, expectedVersion: number): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdForChange(viewer.tenantId, id, expectedVersion);
      account.cancelDeletion(now);
      await this.accounts.update(account);
      await this.record('CLOUD_ACCOUNT_DELETION_CANCELLED', viewer.actor, account, now);
      return account;
    });
  }

  /**
   * Lets no more subscriptions begin in a hosted account. It goes at once when nothing stands in the way, else with the last
   * subscription.
   *
   * @returns whether it is gone
   * @throws CloudAccountNotFound when there is no such hosted account
   */
  retireHosted(actor: Actor, id: number): Promise<boolean> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.hold(operatorTenantId, id);
      if (account?.ownership !== 'HOSTED') throw new CloudAccountNotFound();

      if (await this.blockers.existOn(account)) {
        await this.scheduleDeletion(account, actor, 'CLOUD_ACCOUNT_RETIRED', now);
        return false;
      }
      const deletion = { kind: 'WHEN_UNUSED', requestedBy: actor, requestedAt: now } as const;
      await this.removal.remove(account, account.tenantId, actor, deletion, now);
      return true;
    });
  }

  /**
   * Deletes an account that was only waiting for what has just ended in this unit of work: both happen, or neither.
   *
   * @returns whether it is gone
   */
  async removeIfScheduled(account: Held<CloudAccount>, actor: Actor, now: Date): Promise<boolean> {
    if (!account.isScheduledForDeletion || (await this.blockers.existOn(account))) return false;

    const { requestedBy: requestedBy, requestedAt: requestedAt } = account.scheduledDeletion ?? {
      requestedBy: actor,
      requestedAt: account.updatedAt,
    };
    const deletion = { kind: 'WHEN_UNUSED', requestedBy, requestedAt } as const;
    await this.removal.remove(account, account.tenantId, actor, deletion, now);
    return true;
  }

  /** The viewer's accounts that were deleted. */
  listDeleted({ tenantId }: Viewer, page: PageRequest<'DELETED_AT'>): Promise<Page<DeletedCloudAccount>> {
    return this.deleted.list(tenantId, page);
  }

  countDeleted({ tenantId }: Viewer): Promise<number> {
    return this.deleted.count(tenantId);
  }

  /** One that waits already goes on waiting. */
  private async scheduleDeletion(account: Held<CloudAccount>, actor: Actor, event: string, now: Date): Promise<void> {
    if (account.isScheduledForDeletion) return;
    account.scheduleDeletion(actor, now);
    await this.accounts.update(account);
    await this.record(event, actor, account, now);
  }

  private record(type: string, actor: Actor, account: CloudAccount, at: Date): Promise<void> {
    const { id, tenantId, name, provider, ownership } = account;
    const data = { name, provider, ownership };
    return this.events.record({ type, tenantId, subject: ['CloudAccount', id], actor, at, data });
  }
}
