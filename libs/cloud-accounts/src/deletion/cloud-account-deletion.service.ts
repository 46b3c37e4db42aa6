import { operatorTenantId, type Viewer } from '#libs/access';
import { Events, type Actor } from '#libs/events';
import { UnitOfWork, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { Blockers } from '../blockers/blockers.js';
import type { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountNotFound } from '../cloud-account.errors.js';
import { CloudAccountRemoval } from './cloud-account-removal.js';
import { cloudAccountEvent } from '../cloud-account-event.js';
import { CloudAccounts } from '../cloud-accounts.js';
import type { DeletedCloudAccount, DeletionMode } from './deleted-cloud-account.entity.js';
import { DeletedCloudAccounts } from './deleted-cloud-accounts.js';

export interface DeletionRequest {
  readonly id: number;
  readonly expectedVersion?: number | null;
  readonly mode?: DeletionMode;
}

/** Deletes accounts, immediately or when no blockers are left. */
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
   * Deletes an account without blockers. If it has blockers, refuses or schedules the deletion, depending on `mode`.
   *
   * @returns the account if its deletion is scheduled; null if it is deleted
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
   * Cancels a scheduled deletion and restores the previous status.
   *
   * @throws CloudAccountNotFound, CloudAccountIsHosted, VersionConflict, CloudAccountDeletionNotScheduled
   */
  cancel(viewer: Viewer, id: number, expectedVersion: number): Promise<CloudAccount> {
    return this.unitOfWork.run(async (now) => {
      const account = await this.accounts.holdForChange(viewer.tenantId, id, expectedVersion);
      account.cancelDeletion(now);
      await this.accounts.update(account);
      await this.events.record(cloudAccountEvent('CLOUD_ACCOUNT_DELETION_CANCELLED', viewer.actor, account, now));
      return account;
    });
  }

  /**
   * Stops new subscriptions in a hosted account, and deletes it when no blockers are left.
   *
   * @returns whether it is deleted already
   * @throws CloudAccountNotFound when no such hosted account exists
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
   * Deletes an account with a scheduled deletion if it has no blockers any more. Runs in the unit of work that ended a
   * blocker.
   *
   * @returns whether it is deleted
   */
  async removeIfScheduled(account: Held<CloudAccount>, actor: Actor, now: Date): Promise<boolean> {
    if (!account.isScheduledForDeletion || (await this.blockers.existOn(account))) return false;

    const { requestedBy, requestedAt } = account.scheduledDeletion ?? {
      requestedBy: actor,
      requestedAt: account.updatedAt,
    };
    const deletion = { kind: 'WHEN_UNUSED', requestedBy, requestedAt } as const;
    await this.removal.remove(account, account.tenantId, actor, deletion, now);
    return true;
  }

  /** Deleted accounts of the viewer's tenant. */
  listDeleted({ tenantId }: Viewer, page: PageRequest<'DELETED_AT'>): Promise<Page<DeletedCloudAccount>> {
    return this.deleted.list(tenantId, page);
  }

  countDeleted({ tenantId }: Viewer): Promise<number> {
    return this.deleted.count(tenantId);
  }

  /** Keeps the existing request if a deletion is already scheduled. */
  private async scheduleDeletion(account: Held<CloudAccount>, actor: Actor, event: string, now: Date): Promise<void> {
    if (account.isScheduledForDeletion) return;
    account.scheduleDeletion(actor, now);
    await this.accounts.update(account);
    await this.events.record(cloudAccountEvent(event, actor, account, now));
  }
}
