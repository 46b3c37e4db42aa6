import { mostFindings, type AuditedRows, type SubscriptionUsage, type UsageFinding } from '#libs/cloud-accounts';
import { keysetPage, Transactions } from '#libs/database';
import type { Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import { isActiveStatus, Subscription, SubscriptionStatus } from '../subscription.entity.js';
import { Subscriptions, type SubscriptionFilter, type SubscriptionOrderField } from '../subscriptions.js';

const columns = { CREATED_AT: 'createdAt' } as const;

/** The account a subscription is active on, which has the foreign key: what counts is what the database holds to. */
const activeOn = 'subscription.active_cloud_account_id';

const ended = `'${SubscriptionStatus.DELETED}'`;
const withoutAccount = `s.status <> ${ended} AND NOT EXISTS (SELECT 1 FROM cloud_account a WHERE a.id = s.cloud_account_id)`;
const hasWork = 'EXISTS (SELECT 1 FROM provisioning_work w WHERE w.subscription_id = s.id)';
const needsWork = "s.status IN ('PENDING', 'CHANGE_PENDING', 'DELETING')";
const activeColumnDiffers = `(
  (s.status <> ${ended} AND (s.active_cloud_account_id IS NULL OR s.active_cloud_account_id <> s.cloud_account_id))
  OR (s.status = ${ended} AND s.active_cloud_account_id IS NOT NULL))`;

@Injectable()
export class TypeOrmSubscriptions extends Subscriptions {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<Subscription[]> {
    return this.rows.findBy({ tenantId, id: In([...ids]) });
  }

  list(
    tenantId: number,
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<Subscription>> {
    return keysetPage(this.filtered(tenantId, filter), columns, page);
  }

  count(tenantId: number, filter: SubscriptionFilter): Promise<number> {
    return this.filtered(tenantId, filter).getCount();
  }

  async listOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<Subscription>[]> {
    const ofAccount = (id: number) =>
      this.filtered(tenantId, filter).andWhere('subscription.cloudAccountId = :id', { id });
    // A cursor belongs to one account's list, so only the beginning or the end of a list is ever asked of many.
    if (cloudAccountIds.length === 1 || page.after || page.before) {
      return Promise.all(cloudAccountIds.map((id) => keysetPage(ofAccount(id), columns, page)));
    }
    const ids = await this.idsAtTheEdge(tenantId, cloudAccountIds, filter, page);
    const rows = await this.rows.findBy({ id: In(ids) });
    return cloudAccountIds.map((accountId) =>
      cut(
        rows.filter((row) => row.cloudAccountId === accountId),
        page,
      ),
    );
  }

  async countOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
  ): Promise<number[]> {
    return countByAccount(this.filtered(tenantId, filter), cloudAccountIds);
  }

  async countActiveOn(cloudAccountIds: readonly number[]): Promise<number[]> {
    if (cloudAccountIds.length === 0) return [];
    const counts = await this.rows
      .createQueryBuilder('subscription')
      .where(`${activeOn} IN (:...cloudAccountIds)`, { cloudAccountIds })
      .select(activeOn, 'account')
      .addSelect('COUNT(*)', 'number')
      .groupBy(activeOn)
      .getRawMany<{ account: number; number: number | string }>();
    return cloudAccountIds.map((id) => Number(counts.find(({ account }) => account === id)?.number ?? 0));
  }

  areActiveOn(cloudAccountId: number): Promise<boolean> {
    return this.rows.createQueryBuilder('subscription').where(`${activeOn} = :id`, { id: cloudAccountId }).getExists();
  }

  activePage(cloudAccountId: number, tenantId: number, page: PageRequest<'ID'>): Promise<Page<Subscription>> {
    return keysetPage(this.activeOf(cloudAccountId, tenantId), { ID: 'id' }, page);
  }

  countActiveOf(cloudAccountId: number, tenantId: number): Promise<number> {
    return this.activeOf(cloudAccountId, tenantId).getCount();
  }

  async activeIdsOn(cloudAccountId: number): Promise<number[]> {
    const rows = await this.transactions.query<{ id: number }>(
      'SELECT id FROM subscription WHERE active_cloud_account_id = ? ORDER BY id',
      [cloudAccountId],
    );
    return rows.map(({ id }) => id);
  }

  holdActiveOn(cloudAccountId: number, limit: number): Promise<Subscription[]> {
    const query = this.rows
      .createQueryBuilder('subscription')
      .where(`${activeOn} = :cloudAccountId`, { cloudAccountId })
      .orderBy('subscription.id')
      .limit(limit);
    const { lock } = this.transactions.forUpdate;
    return (lock ? query.setLock(lock.mode) : query).getMany();
  }

  async usageOf(cloudAccountId: number): Promise<SubscriptionUsage[]> {
    const rows = await this.transactions.query<{ tenant_id: number; status: SubscriptionStatus; n: number | string }>(
      `SELECT tenant_id, status, COUNT(*) AS n FROM subscription WHERE cloud_account_id = ?
       GROUP BY tenant_id, status ORDER BY tenant_id, status`,
      [cloudAccountId],
    );
    return rows.map(({ tenant_id: tenantId, status, n }) => {
      return { tenantId, status, isActive: isActiveStatus(status), count: Number(n) };
    });
  }

  async findings(rows: AuditedRows): Promise<UsageFinding[]> {
    return [
      ...(await this.misfits('SUBSCRIPTION_WITHOUT_ACCOUNT', rows, withoutAccount)),
      ...(await this.misfits('ACTIVE_COLUMN_DIFFERS', rows, activeColumnDiffers)),
      ...(await this.misfits('SUBSCRIPTION_WITHOUT_WORK', rows, `${needsWork} AND NOT ${hasWork}`)),
      ...(await this.misfits('WORK_WITHOUT_SUBSCRIPTION', rows, `NOT ${needsWork} AND ${hasWork}`)),
    ];
  }

  activeWithAddresses(tenantId: number): Promise<Subscription[]> {
    return this.filtered(tenantId, { isActive: true })
      .andWhere('subscription.deploymentCidr IS NOT NULL')
      .orderBy('subscription.id')
      .getMany();
  }

  holdAny(id: number): Promise<Subscription | null> {
    return this.rows.findOne({ where: { id }, ...this.transactions.forUpdate });
  }

  hold(tenantId: number, id: number): Promise<Subscription | null> {
    return this.rows.findOne({ where: { tenantId, id }, ...this.transactions.forUpdate });
  }

  async add(subscription: Subscription): Promise<void> {
    await this.rows.insert(subscription);
  }

  async update(subscription: Subscription): Promise<void> {
    const { id, tenantId } = subscription;
    await this.rows.update({ id, tenantId }, { ...subscription });
  }

  /** The ids of one more than a page's worth of rows at one end of each account's list. */
  private async idsAtTheEdge(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
    { orderBy, from, count }: PageRequest<SubscriptionOrderField>,
  ): Promise<number[]> {
    const scan = (orderBy.direction === 'ASC') === (from === 'start') ? 'ASC' : 'DESC';
    const ranked = this.filtered(tenantId, filter)
      .andWhere('subscription.cloudAccountId IN (:...cloudAccountIds)', { cloudAccountIds })
      .select('subscription.id', 'id')
      .addSelect(
        `ROW_NUMBER() OVER (PARTITION BY subscription.cloud_account_id ORDER BY subscription.created_at ${scan}, subscription.id ${scan})`,
        'place',
      );
    const [sql, parameters] = ranked.getQueryAndParameters() as [string, unknown[]];
    const rows = await this.transactions.query<{ id: number }>(`SELECT id FROM (${sql}) ranked WHERE place <= ?`, [
      ...parameters,
      count + 1,
    ]);
    return rows.map(({ id }) => id);
  }

  /** One statement, so that it is of one moment. */
  private async misfits(
    kind: UsageFinding['kind'],
    { cloudAccountId }: AuditedRows,
    condition: string,
  ): Promise<UsageFinding[]> {
    const of = cloudAccountId === undefined ? '' : ' AND s.cloud_account_id = ?';
    const rows = await this.transactions.query<{ id: number; tenant_id: number; cloud_account_id: number }>(
      `SELECT s.id, s.tenant_id, s.cloud_account_id FROM subscription s WHERE ${condition}${of}
       ORDER BY s.id LIMIT ${mostFindings}`,
      cloudAccountId === undefined ? [] : [cloudAccountId],
    );
    return rows.map(({ id, tenant_id: tenantId, cloud_account_id }) => {
      return { kind, tenantId, cloudAccountId: cloud_account_id, subject: `subscription ${id}` };
    });
  }

  private activeOf(cloudAccountId: number, tenantId: number): SelectQueryBuilder<Subscription> {
    return this.rows
      .createQueryBuilder('subscription')
      .where(`${activeOn} = :cloudAccountId`, { cloudAccountId })
      .andWhere('subscription.tenantId = :tenantId', { tenantId });
  }

  private filtered(tenantId: number, { isActive, status }: SubscriptionFilter): SelectQueryBuilder<Subscription> {
    const query = this.rows.createQueryBuilder('subscription').where('subscription.tenantId = :tenantId', { tenantId });
    if (isActive != null)
      query.andWhere(`subscription.status ${isActive ? '<>' : '='} :ended`, { ended: SubscriptionStatus.DELETED });
    if (status) {
      // A list may repeat a value more often than a statement may have parameters.
      const statuses = [...new Set(status)];
      query.andWhere(statuses.length > 0 ? 'subscription.status IN (:...statuses)' : '1 = 0', { statuses });
    }
    return query;
  }

  private get rows() {
    return this.transactions.repository(Subscription);
  }
}

async function countByAccount(
  rows: SelectQueryBuilder<Subscription>,
  cloudAccountIds: readonly number[],
): Promise<number[]> {
  if (cloudAccountIds.length === 0) return [];
  const counts = await rows
    .andWhere('subscription.cloudAccountId IN (:...cloudAccountIds)', { cloudAccountIds })
    .select('subscription.cloudAccountId', 'account')
    .addSelect('COUNT(*)', 'number')
    .groupBy('subscription.cloudAccountId')
    .getRawMany<{ account: number; number: number | string }>();
  return cloudAccountIds.map((id) => Number(counts.find(({ account }) => account === id)?.number ?? 0));
}

/** One account's page out of one row more than the page holds. */
function cut(rows: Subscription[], { orderBy, from, count }: PageRequest<SubscriptionOrderField>): Page<Subscription> {
  const sorted = rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || a.id - b.id);
  if (orderBy.direction === 'DESC') sorted.reverse();
  const hasMore = sorted.length > count;
  return from === 'start'
    ? { items: sorted.slice(0, count), hasNextPage: hasMore, hasPreviousPage: false }
    : { items: sorted.slice(-count), hasNextPage: false, hasPreviousPage: hasMore };
}
