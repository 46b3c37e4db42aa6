import { ActiveSubscriptions, type SubscriptionsInTheWay } from '#libs/cloud-accounts';
import { Injectable } from '@nestjs/common';
import { Subscriptions } from './subscriptions.js';

/** Answers what cloud accounts ask about subscriptions. */
@Injectable()
export class SubscriptionsOfAccount extends ActiveSubscriptions {
  constructor(private readonly subscriptions: Subscriptions) {
    super();
  }

  async on(cloudAccountId: number, limit: number): Promise<SubscriptionsInTheWay> {
    const [listed, total] = await this.subscriptions.activeOn(cloudAccountId, limit);
    return { listed, total };
  }

  countOn(cloudAccountIds: readonly number[]): Promise<number[]> {
    return this.subscriptions.countActiveOn(cloudAccountIds);
  }
}
