import { ActiveSubscriptions, type SubscriptionsFingerprint } from '#libs/cloud-accounts';
import { Events, type Actor } from '#libs/events';
import type { AccountReference, Held, Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { ProvisioningWorks } from '../provisioning-works.js';
import type { ListedSubscription, Subscription } from '../subscription.entity.js';
import { Subscriptions } from '../subscriptions.js';

/** How many are given up with one look into the database. */
const atOnce = 500;

/** Answers what cloud accounts ask about subscriptions. */
@Injectable()
export class SubscriptionsOfAccount extends ActiveSubscriptions {
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly works: ProvisioningWorks,
    private readonly events: Events,
  ) {
    super();
  }

  areOn(cloudAccountId: number): Promise<boolean> {
    return this.subscriptions.areActiveOn(cloudAccountId);
  }

  countOn(cloudAccountIds: readonly number[]): Promise<number[]> {
    return this.subscriptions.countActiveOn(cloudAccountIds);
  }

  page(cloudAccountId: number, tenantId: number, page: PageRequest<'ID'>): Promise<Page<ListedSubscription>> {
    return this.subscriptions.activePage(cloudAccountId, tenantId, page);
  }

  countOf(cloudAccountId: number, tenantId: number): Promise<number> {
    return this.subscriptions.countActiveOf(cloudAccountId, tenantId);
  }

  fingerprintsOn(cloudAccountIds: readonly number[]): Promise<SubscriptionsFingerprint[]> {
    return this.subscriptions.activeFingerprintsOn(cloudAccountIds);
  }

  async abandonAll(account: Held<AccountReference>, actor: Actor, now: Date): Promise<number> {
    let abandoned = 0;
    for (;;) {
      const some = await this.subscriptions.holdActiveOn(account, atOnce);
      if (some.length === 0) return abandoned;
      for (const subscription of some) await this.abandon(subscription, actor, now);
      abandoned += some.length;
    }
  }

  private async abandon(subscription: Held<Subscription>, actor: Actor, now: Date): Promise<void> {
    const { id, tenantId, name, region, cloudAccountId } = subscription;
    subscription.abandon(now);
    await this.subscriptions.update(subscription);
    await this.works.remove(subscription); // whoever is at it is told so by the next answer
    const data = { name, region, cloudAccountId };
    const subject = ['CloudSubscription', id] as const;
    await this.events.record({ type: 'SUBSCRIPTION_ABANDONED', tenantId, subject, actor, at: now, data });
  }
}
