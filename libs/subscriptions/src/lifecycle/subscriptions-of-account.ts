import { ActiveSubscriptions, type BlockersFingerprint, type BlockingRow } from '#libs/cloud-accounts';
import { Events, type Actor } from '#libs/events';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ProvisioningWorks } from '../provisioning-works.js';
import type { ListedSubscription, Subscription } from '../subscription.entity.js';
import { Subscriptions } from '../subscriptions.js';

/** Number of subscriptions that are abandoned with one query. */
const atOnce = 500;

/**
 * Implements the port of cloud accounts to subscriptions. Reads the column that has the foreign key to the account, so
 * blockers are exactly the rows for which the database refuses a deletion.
 */
@Injectable()
export class SubscriptionsOfAccount extends ActiveSubscriptions {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly works: ProvisioningWorks,
    private readonly events: Events,
  ) {
    super();
  }

  describe(count: number): string {
    return count === 1 ? 'an active subscription' : `${count} active subscriptions`;
  }

  existOn({ id }: AccountReference): Promise<boolean> {
    return this.subscriptions.existActive(id);
  }

  countByAccount(accounts: readonly AccountReference[]): Promise<number[]> {
    return this.subscriptions.countActive(accounts.map(({ id }) => id));
  }

  async page({ id }: AccountReference, tenantId: number, request: PageRequest<'ID'>): Promise<Page<BlockingRow>> {
    const page = await this.subscriptions.listActive(id, tenantId, request);
    return { ...page, items: page.items.map(blocking) };
  }

  count({ id }: AccountReference, tenantId: number): Promise<number> {
    return this.subscriptions.countActiveVisible(id, tenantId);
  }

  fingerprints(accounts: readonly AccountReference[]): Promise<BlockersFingerprint[]> {
    return this.subscriptions.fingerprintActive(accounts.map(({ id }) => id));
  }

  async abandon(account: Held<AccountReference>, actor: Actor, now: Date): Promise<number> {
    let abandoned = 0;
    for (;;) {
      const some = await this.subscriptions.holdActive(account, atOnce);
      if (some.length === 0) return abandoned;
      for (const subscription of some) await this.abandonOne(subscription, actor, now);
      abandoned += some.length;
    }
  }

  private async abandonOne(subscription: Held<Subscription>, actor: Actor, now: Date): Promise<void> {
    const { id, tenantId, name, region, cloudAccountId } = subscription;
    subscription.abandon(now);
    await this.subscriptions.update(subscription);
    await this.works.remove(subscription); // the next answer to the provisioner requests it
    const data = { name, region, cloudAccountId };
    const subject = ['CloudSubscription', id] as const;
    await this.events.record({ type: 'SUBSCRIPTION_ABANDONED', tenantId, subject, actor, at: now, data });
  }
}

function blocking(subscription: ListedSubscription): BlockingRow {
  const { id, name, status, requiredAction } = subscription;
  return { id, name, status, requiredAction, row: subscription };
}
