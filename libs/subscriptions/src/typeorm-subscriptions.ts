import type { BlockersFingerprint } from '#libs/cloud-accounts';
import { countsBy, edgesOf, keysetPage, keysetPages, pageOf, slices, Transactions } from '#libs/database';
import { asHeld, eachOf, type AccountReference, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, type SelectQueryBuilder } from 'typeorm';
import { keysOverlapping, type KeyRange } from './deployment.js';
import type { Tag } from '#libs/iam-setup';
import { isActiveStatus, Subscription, SubscriptionStatus, type ListedSubscription } from './subscription.entity.js';
import {
  Subscriptions,
  type Addressed,
  type OverlapOrderField,
  type SubscriptionFilter,
  type SubscriptionOrderField,
} from './subscriptions.js';

const columns = { CREATED_AT: 'createdAt' } as const;
const addressColumns = { ADDRESS: 'activeAddressKey' } as const;

/** How many keys one statement looks for. */
const keysAtOnce = 500;
/** How many ranges one statement counts in. */
const rangesAtOnce = 100;

/** The account a subscription is active on, which has the foreign key: what counts is what the database holds to. */
const activeOn = 'subscription.active_cloud_account_id';

@Injectable()
export class TypeOrmSubscriptions extends Subscriptions {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<ListedSubscription[]> {
    return this.rows.findBy({ tenantId, id: In([...ids]) });
  }

  async tagsOf(tenantId: number, ids: readonly number[]): Promise<ReadonlyMap<number, readonly Tag[]>> {
    const where = { tenantId, id: In([...new Set(ids)]) };
    const found = await this.rows.find({ select: { id: true, tags: true }, where });
    return new Map(found.map(({ id, tags }) => [id, tags]));
  }

  async list(
    tenantId: number,
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<ListedSubscription>> {
    const { query, parts } = this.inParts(tenantId, filter);
    const [found] = await keysetPages(this.transactions, () => query, [parts], columns, page);
    return found!;
  }

  count(tenantId: number, filter: SubscriptionFilter): Promise<number> {
    return this.filtered(tenantId, filter).getCount();
  }

  listOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<ListedSubscription>[]> {
    const { query, parts } = this.inParts(tenantId, filter);
    query.andWhere('subscription.cloudAccountId = :cloudAccountId');
    const lists = cloudAccountIds.map((cloudAccountId) => parts.map((part) => ({ ...part, cloudAccountId })));
    return keysetPages(this.transactions, () => query, lists, columns, page);
  }

  async countOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
  ): Promise<number[]> {
    return countsBy(this.filtered(tenantId, filter), 'cloudAccountId', cloudAccountIds);
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
    return eachOf(cloudAccountIds, counts, ({ account }) => account).map((count) => Number(count?.number ?? 0));
  }

  areActiveOn(cloudAccountId: number): Promise<boolean> {
    return this.rows.createQueryBuilder('subscription').where(`${activeOn} = :id`, { id: cloudAccountId }).getExists();
  }

  activePage(cloudAccountId: number, tenantId: number, page: PageRequest<'ID'>): Promise<Page<ListedSubscription>> {
    return keysetPage(this.activeOf(cloudAccountId, tenantId), { ID: 'id' }, page);
  }

  countActiveOf(cloudAccountId: number, tenantId: number): Promise<number> {
    return this.activeOf(cloudAccountId, tenantId).getCount();
  }

  async activeFingerprintsOn(cloudAccountIds: readonly number[]): Promise<BlockersFingerprint[]> {
    if (cloudAccountIds.length === 0) return [];
    // Ids grow, and what has ended never begins again: one more changes the greatest id, one less alone changes the count.
    const found = await this.transactions.query<Record<'account' | 'count' | 'last' | 'sum', number | string>>(
      `SELECT active_cloud_account_id AS account, COUNT(*) AS count, MAX(id) AS last, SUM(id) AS sum FROM subscription
       WHERE active_cloud_account_id IN (${cloudAccountIds.map(() => '?').join(', ')}) GROUP BY active_cloud_account_id`,
      cloudAccountIds,
    );
    const fingerprints = new Map(
      found.map(({ account, count, last, sum }) => [
        account,
        { count: Number(count), text: `${count}/${last}/${sum}` },
      ]),
    );
    return cloudAccountIds.map((id) => fingerprints.get(id) ?? { count: 0, text: '' });
  }

  async holdActiveOn({ id }: Held<AccountReference>, limit: number): Promise<Held<Subscription>[]> {
    const found = await this.held()
      .where(`${activeOn} = :id`, { id })
      .orderBy('subscription.id')
      .limit(limit)
      .getMany();
    return found.map((subscription) => asHeld(subscription));
  }

  async overlapping(
    tenantId: number,
    subscriptions: readonly Addressed[],
    page: PageRequest<OverlapOrderField>,
  ): Promise<Page<ListedSubscription>[]> {
    const [one] = subscriptions;
    if (subscriptions.length === 1 || page.after || page.before)
      return Promise.all(subscriptions.map((subscription) => this.overlappingOne(tenantId, subscription, page)));
    if (!one) return [];

    const ranges = await this.rangesOf(tenantId, subscriptions);
    const lists = distinct([...ranges.values()].flat());
    const parts = lists.map((list) => [list]);
    // One more, because each subscription is in its own list.
    const edges = await edgesOf(this.transactions, this.inRange(tenantId), parts, addressColumns, {
      ...page,
      count: page.count + 1,
    });
    const found = new Map(lists.map((list, i) => [nameOf(list), edges[i]!]));
    const before = (a: Subscription, b: Subscription) => a.activeAddressKey! - b.activeAddressKey! || a.id - b.id;
    const sign = (page.orderBy.direction === 'ASC') === (page.from === 'start') ? 1 : -1;
    return subscriptions.map(({ id, deploymentCidr }) => {
      const others = (ranges.get(deploymentCidr) ?? [])
        .flatMap((range) => found.get(nameOf(range))!)
        .filter((other) => other.id !== id);
      return pageOf(
        others.sort((a, b) => sign * before(a, b)),
        page,
      );
    });
  }

  async countOverlapping(tenantId: number, subscriptions: readonly Addressed[]): Promise<number[]> {
    const ranges = await this.rangesOf(tenantId, subscriptions);
    const counts = new Map<string, number>();
    const inRange = 'FROM subscription WHERE tenant_id = ? AND active_address_key BETWEEN ? AND ?';
    for (const some of slices(distinct([...ranges.values()].flat()), rangesAtOnce)) {
      const found = await this.transactions.query<{ list: number; n: number | string }>(
        some.map(() => `SELECT ? AS list, COUNT(*) AS n ${inRange}`).join(' UNION ALL '),
        some.flatMap(({ from, to }, i) => [i, tenantId, from, to]),
      );
      for (const { list, n } of found) counts.set(nameOf(some[list]!), Number(n));
    }
    return subscriptions.map(({ deploymentCidr, isActive }) => {
      const all = (ranges.get(deploymentCidr) ?? []).map((range) => counts.get(nameOf(range))!);
      return all.reduce((sum, n) => sum + n, 0) - Number(isActive && deploymentCidr !== null);
    });
  }

  areAddressesTaken(tenantId: number, vpcId: string, cidr: string): Promise<boolean> {
    return this.overlappingWith(tenantId, cidr).andWhere('subscription.vpcId = :vpcId', { vpcId }).getExists();
  }

  async holdAny(id: number): Promise<Held<Subscription> | null> {
    return asHeld(await this.held().where({ id }).getOne());
  }

  async hold(tenantId: number, id: number): Promise<Held<Subscription> | null> {
    return asHeld(await this.held().where({ tenantId, id }).getOne());
  }

  async add(subscription: Subscription): Promise<Held<Subscription>> {
    await this.rows.insert(subscription);
    return asHeld(subscription);
  }

  async update(subscription: Held<Subscription>): Promise<void> {
    const { id, tenantId } = subscription;
    await this.rows.update({ id, tenantId }, { ...subscription });
  }

  /** Whole subscriptions, which are kept from other units of work. */
  private held(): SelectQueryBuilder<Subscription> {
    const query = this.rows.createQueryBuilder('subscription').addSelect('subscription.tags');
    const { lock } = this.transactions.forUpdate;
    return lock ? query.setLock(lock.mode) : query;
  }

  private overlappingOne(
    tenantId: number,
    { id, deploymentCidr }: Addressed,
    page: PageRequest<OverlapOrderField>,
  ): Promise<Page<ListedSubscription>> {
    const query = this.overlappingWith(tenantId, deploymentCidr).andWhere('subscription.id <> :id', { id });
    return keysetPage(query, addressColumns, page);
  }

  /** The active subscriptions of a tenant that have addresses of a block. */
  private overlappingWith(tenantId: number, cidr: string | null): SelectQueryBuilder<Subscription> {
    const ranges = cidr === null ? [] : keysOverlapping(cidr);
    const blocks = ranges.map((_, i) => `subscription.activeAddressKey BETWEEN :from${i} AND :to${i}`);
    return this.rows
      .createQueryBuilder('subscription')
      .where('subscription.tenantId = :tenantId', { tenantId })
      .andWhere(blocks.length > 0 ? `(${blocks.join(' OR ')})` : '1 = 0')
      .setParameters(
        Object.fromEntries(
          ranges.flatMap(({ from, to }, i) => [
            [`from${i}`, from],
            [`to${i}`, to],
          ]),
        ),
      );
  }

  private inRange(tenantId: number): SelectQueryBuilder<Subscription> {
    return this.rows
      .createQueryBuilder('subscription')
      .where('subscription.tenantId = :tenantId', { tenantId })
      .andWhere('subscription.activeAddressKey BETWEEN :from AND :to');
  }

  /** Where to look for the overlaps of each block: of the larger blocks around it only those that a subscription has. */
  private async rangesOf(
    tenantId: number,
    subscriptions: readonly Addressed[],
  ): Promise<Map<string | null, KeyRange[]>> {
    const cidrs = new Set(subscriptions.flatMap(({ deploymentCidr }) => deploymentCidr ?? []));
    const ranges = new Map([...cidrs].map((cidr) => [cidr, keysOverlapping(cidr)]));
    const larger = new Set([...ranges.values()].flat().flatMap(({ from, to }) => (from === to ? [from] : [])));
    const used = new Set<number>();
    for (const keys of slices([...larger], keysAtOnce)) {
      const found = await this.transactions.query<{ address_key: number | string }>(
        `SELECT DISTINCT active_address_key AS address_key FROM subscription
         WHERE tenant_id = ? AND active_address_key IN (${keys.map(() => '?').join(', ')})`,
        [tenantId, ...keys],
      );
      for (const { address_key } of found) used.add(Number(address_key));
    }
    return new Map([...ranges].map(([cidr, all]) => [cidr, all.filter(({ from, to }) => from < to || used.has(from))]));
  }

  private activeOf(cloudAccountId: number, tenantId: number): SelectQueryBuilder<Subscription> {
    return this.rows
      .createQueryBuilder('subscription')
      .where(`${activeOn} = :cloudAccountId`, { cloudAccountId })
      .andWhere('subscription.tenantId = :tenantId', { tenantId });
  }

  private filtered(tenantId: number, filter: SubscriptionFilter): SelectQueryBuilder<Subscription> {
    const query = this.ofTenant(tenantId);
    const statuses = statusesIn(filter);
    if (!statuses) return query;
    return query.andWhere(statuses.length > 0 ? 'subscription.status IN (:...statuses)' : '1 = 0', { statuses });
  }

  /** A filtered list in a part for each status, which an index has in the order of the list: no row is read that is not in it. */
  private inParts(tenantId: number, filter: SubscriptionFilter) {
    const [query, statuses] = [this.ofTenant(tenantId), statusesIn(filter)];
    if (!statuses) return { query, parts: [{}] };
    query.andWhere('subscription.status = :status');
    return { query, parts: statuses.map((status) => ({ status })) };
  }

  private ofTenant(tenantId: number): SelectQueryBuilder<Subscription> {
    return this.rows.createQueryBuilder('subscription').where('subscription.tenantId = :tenantId', { tenantId });
  }

  private get rows() {
    return this.transactions.repository(Subscription);
  }
}

/** The statuses that fit a filter; null when all do. */
function statusesIn({ isActive, status }: SubscriptionFilter): SubscriptionStatus[] | null {
  if (isActive == null && !status) return null;
  return Object.values(SubscriptionStatus).filter(
    (one) => (isActive == null || isActiveStatus(one) === isActive) && (!status || status.includes(one)),
  );
}

const nameOf = ({ from, to }: KeyRange) => `${from}-${to}`;

const distinct = (ranges: readonly KeyRange[]): KeyRange[] => [
  ...new Map(ranges.map(({ from, to }) => [nameOf({ from, to }), { from, to }])).values(),
];
