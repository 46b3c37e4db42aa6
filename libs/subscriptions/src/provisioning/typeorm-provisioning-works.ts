import { CloudAccount } from '#libs/cloud-accounts';
import { Transactions, where } from '#libs/database';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { ProvisioningWork } from '../provisioning-work.entity.js';
import { ProvisioningWorks, type SubscriptionReference, type WaitingWorks } from '../provisioning-works.js';
import { Subscription } from '../subscription.entity.js';

const ofSubscription = (id: number) => where('subscription_id = ?', id);

@Injectable()
export class TypeOrmProvisioningWorks extends ProvisioningWorks {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findBySubscriptions(subscriptionIds: readonly number[]): Promise<ProvisioningWork[]> {
    return this.rows.findBy({ subscriptionId: In([...subscriptionIds]) });
  }

  hold({ id }: Held<SubscriptionReference>): Promise<ProvisioningWork | null> {
    return this.works.hold(ofSubscription(id));
  }

  async listWaiting(
    now: Date,
    limit: number,
    { inSandbox = false, exceptTenants = [] }: WaitingWorks = {},
  ): Promise<number[]> {
    const query = this.rows.createQueryBuilder('work');
    if (inSandbox || exceptTenants.length > 0)
      query.innerJoin(Subscription, 'subscription', 'subscription.id = work.subscriptionId');
    if (inSandbox)
      query.innerJoin(
        CloudAccount,
        'account',
        'account.id = subscription.cloudAccountId AND account.isSandbox = :inSandbox',
        { inSandbox },
      );
    if (exceptTenants.length > 0) query.andWhere('subscription.tenantId NOT IN (:...exceptTenants)', { exceptTenants });
    const due = await query
      .select('work.subscriptionId')
      .andWhere('work.nextAttemptAt <= :now', { now })
      .andWhere('(work.leaseUntil IS NULL OR work.leaseUntil <= :now)', { now })
      .orderBy('work.nextAttemptAt', 'ASC')
      .addOrderBy('work.subscriptionId', 'ASC')
      .limit(limit)
      .getMany();
    return due.map(({ subscriptionId }) => subscriptionId);
  }

  async listSubscriptionsInChange(cloudAccountId: number): Promise<number[]> {
    const found = await this.transactions.query<{ id: number }>(
      `SELECT s.id FROM subscription s LEFT JOIN provisioning_work w ON w.subscription_id = s.id
       WHERE s.cloud_account_id = ? AND (w.lease_owner IS NOT NULL OR w.kind = 'TEAR_DOWN' OR s.status = 'ERROR')`,
      [cloudAccountId],
    );
    return found.map(({ id }) => id);
  }

  async add(_subscription: Held<SubscriptionReference>, work: ProvisioningWork): Promise<void> {
    await this.works.insert(work);
  }

  async put({ id }: Held<SubscriptionReference>, work: ProvisioningWork): Promise<void> {
    if (await this.works.exists(ofSubscription(id))) await this.works.update(work, ofSubscription(id));
    else await this.works.insert(work);
  }

  async remove({ id }: Held<SubscriptionReference>): Promise<void> {
    await this.works.delete(ofSubscription(id));
  }

  private get works() {
    return this.transactions.rows(ProvisioningWork);
  }

  private get rows() {
    return this.transactions.repository(ProvisioningWork);
  }
}
