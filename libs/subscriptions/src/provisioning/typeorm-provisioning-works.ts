import { CloudAccount } from '#libs/cloud-accounts';
import { Transactions } from '#libs/database';
import type { Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { ProvisioningWork } from '../provisioning-work.entity.js';
import { ProvisioningWorks, type SubscriptionReference, type WaitingWorks } from '../provisioning-works.js';
import { Subscription } from '../subscription.entity.js';

@Injectable()
export class TypeOrmProvisioningWorks extends ProvisioningWorks {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findBySubscriptions(subscriptionIds: readonly number[]): Promise<ProvisioningWork[]> {
    return this.rows.findBy({ subscriptionId: In([...subscriptionIds]) });
  }

  hold({ id }: Held<SubscriptionReference>): Promise<ProvisioningWork | null> {
    return this.rows.findOne({ where: { subscriptionId: id }, ...this.transactions.forUpdate });
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

  async put({ id: subscriptionId }: Held<SubscriptionReference>, work: ProvisioningWork): Promise<void> {
    if (await this.rows.existsBy({ subscriptionId })) await this.rows.update({ subscriptionId }, { ...work });
    else await this.rows.insert({ ...work });
  }

  async remove({ id }: Held<SubscriptionReference>): Promise<void> {
    await this.rows.delete({ subscriptionId: id });
  }

  private get rows() {
    return this.transactions.repository(ProvisioningWork);
  }
}
