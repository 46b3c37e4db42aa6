import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, Repository } from 'typeorm';
import { idOf } from '../data/ids.js';
import {
  type ApiKey,
  CloudAccount,
  CloudAccountHealth,
  CloudAccountOwnership,
  CloudAccountStatus,
  CloudSubscriptionStatus,
  Event,
  ProvisioningWork,
  Subscription,
} from './entities.js';
import type { CreateSubscriptionInput, DeleteSubscriptionInput } from './types.js';

const lock = { mode: 'pessimistic_write' } as const;

@Injectable()
export class SubscriptionsService {
  constructor(
    @InjectRepository(Subscription) private readonly subscriptions: Repository<Subscription>,
    private readonly dataSource: DataSource,
  ) {}

  find({ tenantId }: ApiKey, id: number): Promise<Subscription | null> {
    return this.subscriptions.findOneBy({ tenantId, id });
  }

  list({ tenantId }: ApiKey, limit: number): Promise<Subscription[]> {
    return this.subscriptions.find({ where: { tenantId }, order: { createdAt: 'DESC', id: 'DESC' }, take: limit });
  }

  /** Of each account the newest subscriptions. */
  async newestOf({ tenantId }: ApiKey, accountIds: readonly number[], first: number): Promise<Subscription[][]> {
    const ranked: { id: number }[] = await this.dataSource.query(
      `SELECT id FROM (
         SELECT id, ROW_NUMBER() OVER (PARTITION BY cloud_account_id ORDER BY created_at DESC, id DESC) AS place
         FROM subscription WHERE tenant_id = ? AND cloud_account_id IN (?)
       ) ranked WHERE place <= ?`,
      [tenantId, accountIds, first],
    );
    const found = await this.subscriptions.find({
      where: { id: In(ranked.map(({ id }) => id)) },
      order: { createdAt: 'DESC', id: 'DESC' },
    });
    return accountIds.map((id) => found.filter(({ accountId }) => accountId === id));
  }

  async countsOf({ tenantId }: ApiKey, accountIds: readonly number[]): Promise<number[]> {
    const counts = await this.subscriptions
      .createQueryBuilder('subscription')
      .select('subscription.accountId', 'accountId')
      .addSelect('COUNT(*)', 'total')
      .where({ tenantId, accountId: In([...accountIds]) })
      .groupBy('subscription.accountId')
      .getRawMany<{ accountId: number; total: string }>();
    return accountIds.map((id) => Number(counts.find(({ accountId }) => accountId === id)?.total ?? 0));
  }

  create(key: ApiKey, input: CreateSubscriptionInput): Promise<Subscription> {
    const { tenantId } = key;
    return this.dataSource.transaction('READ COMMITTED', async (manager) => {
      const now = new Date();
      const account = await manager.findOne(CloudAccount, {
        where: [
          { id: idOf('CloudAccount', input.cloudAccountId), tenantId },
          { id: idOf('CloudAccount', input.cloudAccountId), ownership: CloudAccountOwnership.HOSTED },
        ],
        lock,
      });
      if (!account || account.status !== CloudAccountStatus.ACTIVE) throw new Error('CLOUD_ACCOUNT_NOT_ACTIVE');
      const health = await manager.findOneBy(CloudAccountHealth, { cloudAccountId: account.id });
      if (health?.state === 'BROKEN') throw new Error('CLOUD_ACCOUNT_BROKEN');

      const subscription = await manager.save(
        manager.create(Subscription, {
          ...{ tenantId, accountId: account.id, name: input.name, region: input.region },
          ...{ status: CloudSubscriptionStatus.PENDING, version: 1, createdAt: now, updatedAt: now, tags: '[]' },
        }),
      );
      await manager.save(
        manager.create(ProvisioningWork, {
          ...{ subscriptionId: subscription.id, kind: 'BUILD', createdAt: now },
          ...{ claims: 0, progress: 0, nextAttemptAt: now },
        }),
      );
      await record(manager, key, 'SUBSCRIPTION_CREATED', subscription, now);
      return subscription;
    });
  }

  remove(key: ApiKey, input: DeleteSubscriptionInput): Promise<Subscription> {
    return this.dataSource.transaction('READ COMMITTED', async (manager) => {
      const now = new Date();
      const id = idOf('CloudSubscription', input.id);
      const where = { tenantId: key.tenantId, id };
      const subscription = await manager.findOne(Subscription, { where, lock });
      const work = await manager.findOne(ProvisioningWork, { where: { subscriptionId: id }, lock });
      if (subscription?.status !== CloudSubscriptionStatus.PENDING || work?.claims) throw new Error('STARTED_ALREADY');

      const { version } = subscription;
      const ended = {
        status: CloudSubscriptionStatus.DELETED,
        version: version + 1,
        endedAt: now,
        endReason: 'DELETED',
      };
      Object.assign(subscription, ended, { updatedAt: now });
      await manager.save(subscription);
      if (work) await manager.remove(work);
      await record(manager, key, 'SUBSCRIPTION_ENDED', subscription, now);
      const account = await manager.findOne(CloudAccount, { where: { id: subscription.accountId }, lock });
      if (account?.status === CloudAccountStatus.DELETING_WHEN_UNUSED) throw new Error('DELETION_SCHEDULED');
      return subscription;
    });
  }
}

async function record(
  manager: EntityManager,
  key: ApiKey,
  type: string,
  { id, name, region, accountId }: Subscription,
  now: Date,
): Promise<void> {
  const subject = { subjectType: 'CloudSubscription', subjectId: id };
  const last = await manager.maximum(Event, 'sequence', subject);
  const event = manager.create(Event, {
    ...{ ...subject, tenantId: key.tenantId, sequence: (last ?? 0) + 1, type },
    ...{ actorKind: 'API_KEY', actorId: key.id, actorName: key.name, happenedAt: now },
    data: { name, region, cloudAccountId: accountId },
  });
  await manager.save(event);
}
