import { ActiveSubscriptions } from '#libs/cloud-accounts';
import type { Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import type { Subscription } from './subscription.entity.js';
import { Subscriptions } from './subscriptions.js';

/** Answers what cloud accounts ask about subscriptions. */
@Injectable()
export class SubscriptionsOfAccount extends ActiveSubscriptions {
  constructor(private readonly subscriptions: Subscriptions) {
    super();
  }

  areOn(cloudAccountId: number): Promise<boolean> {
    return this.subscriptions.areActiveOn(cloudAccountId);
  }

  countOn(cloudAccountIds: readonly number[]): Promise<number[]> {
    return this.subscriptions.countActiveOn(cloudAccountIds);
  }

  page(cloudAccountId: number, tenantId: number, page: PageRequest<'ID'>): Promise<Page<Subscription>> {
    return this.subscriptions.activePage(cloudAccountId, tenantId, page);
  }

  countOf(cloudAccountId: number, tenantId: number): Promise<number> {
    return this.subscriptions.countActiveOf(cloudAccountId, tenantId);
  }
}
