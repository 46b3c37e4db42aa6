import type { Viewer } from '#libs/access';
import type { Actor } from '#libs/events';
import type { Held, Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { CloudAccount } from '../cloud-account.entity.js';
import { CloudAccountNotFound } from '../cloud-account.errors.js';
import { CloudAccounts, type CloudAccountFilter, type CloudAccountOrderField } from '../cloud-accounts.js';
import { CloudAccountDeletionService } from '../deletion/cloud-account-deletion.service.js';
import { CloudAccountHealthService } from '../health/cloud-account-health.service.js';

/** Subscription that has just ended, as its account needs it. */
export interface EndedSubscription {
  readonly tenantId: number;
  readonly cloudAccountId: number;
}

/** Cloud accounts, as resolvers and other domains read and lock them. */
@Injectable()
export class CloudAccountService {
  constructor(
    private readonly accounts: CloudAccounts,
    private readonly deletion: CloudAccountDeletionService,
    private readonly health: CloudAccountHealthService,
  ) {}

  /** @param properties only those that are read, see `PageRequest.properties` */
  find({ tenantId }: Viewer, id: number, properties?: readonly string[]): Promise<CloudAccount | null> {
    return this.accounts.find(tenantId, id, properties);
  }

  findMany({ tenantId }: Viewer, ids: readonly number[]): Promise<CloudAccount[]> {
    return this.accounts.findMany(tenantId, ids);
  }

  list(
    { tenantId }: Viewer,
    filter: CloudAccountFilter,
    page: PageRequest<CloudAccountOrderField>,
  ): Promise<Page<CloudAccount>> {
    return this.accounts.list(tenantId, filter, page);
  }

  count({ tenantId }: Viewer, filter: CloudAccountFilter): Promise<number> {
    return this.accounts.count(tenantId, filter);
  }

  /**
   * Locks the account against changes and deletion until the current unit of work ends.
   *
   * @throws CloudAccountNotFound
   */
  async hold(
    { tenantId }: Pick<Viewer, 'tenantId'>,
    id: number,
    path?: readonly string[],
  ): Promise<Held<CloudAccount>> {
    return (await this.accounts.hold(tenantId, id)) ?? notFound(path);
  }

  /**
   * Deletes the account of a subscription that has just ended, if its deletion is scheduled and no blockers are left.
   */
  async afterSubscriptionEnded(ended: Held<EndedSubscription>, actor: Actor, now: Date): Promise<void> {
    await this.deletion.removeIfScheduled(await this.hold(ended, ended.cloudAccountId), actor, now);
  }

  /**
   * Finds an account of any tenant, for provisioners and the operator.
   *
   * @throws CloudAccountNotFound
   */
  async findById(id: number): Promise<CloudAccount> {
    return (await this.accounts.findById(id)) ?? notFound();
  }

  /** Health as far as new subscriptions depend on it. */
  async healthOf(account: CloudAccount): Promise<{ readonly isBroken: boolean }> {
    const [isBroken] = await this.health.areBroken([account]);
    return { isBroken: isBroken! };
  }
}

function notFound(path?: readonly string[]): never {
  throw new CloudAccountNotFound(path);
}
