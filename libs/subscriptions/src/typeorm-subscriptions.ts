import type { BlockersFingerprint } from '#libs/cloud-accounts';
import { all, anyOf, isOneOf, pageOf, slices, Transactions, where, type Condition } from '#libs/database';
import { type AccountReference, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
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

const orders = { CREATED_AT: { property: 'createdAt' } };
const addressOrders = { ADDRESS: { property: 'activeAddressKey' } };

/** Maximum number of keys in one statement. */
const keysAtOnce = 500;
/** Maximum number of ranges in one statement. */
const rangesAtOnce = 100;

/** Column of the active subscription's account, with the foreign key: the database enforces the same condition. */
const activeOn = 'active_cloud_account_id';

@Injectable()
export class TypeOrmSubscriptions extends Subscriptions {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findMany(tenantId: number, ids: readonly number[], properties?: readonly string[]): Promise<ListedSubscription[]> {
    return this.rows.find(all(ofTenant(tenantId), isOneOf('id', ids)), { properties });
  }

  async tagsOf(tenantId: number, ids: readonly number[]): Promise<ReadonlyMap<number, readonly Tag[]>> {
    const where = { tenantId, id: In([...new Set(ids)]) };
    const found = await this.repository.find({ select: { id: true, tags: true }, where });
    return new Map(found.map(({ id, tags }) => [id, tags]));
  }

  list(
    tenantId: number,
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<ListedSubscription>> {
    return this.rows.page(partsOf(ofTenant(tenantId), filter), orders, page);
  }

  count(tenantId: number, filter: SubscriptionFilter): Promise<number> {
    return this.rows.count(filtered(tenantId, filter));
  }

  listOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
    page: PageRequest<SubscriptionOrderField>,
  ): Promise<Page<ListedSubscription>[]> {
    const ofAccount = (id: number) => all(ofTenant(tenantId), where('cloud_account_id = ?', id));
    const lists = cloudAccountIds.map((id) => partsOf(ofAccount(id), filter));
    return this.rows.pages(lists, orders, page);
  }

  async countOfAccounts(
    tenantId: number,
    cloudAccountIds: readonly number[],
    filter: SubscriptionFilter,
  ): Promise<number[]> {
    return this.rows.countsBy('cloud_account_id', cloudAccountIds, filtered(tenantId, filter));
  }

  async countActive(cloudAccountIds: readonly number[]): Promise<number[]> {
    return this.rows.countsBy(activeOn, cloudAccountIds);
  }

  existActive(cloudAccountId: number): Promise<boolean> {
    return this.rows.exists(where(`${activeOn} = ?`, cloudAccountId));
  }

  listActive(cloudAccountId: number, tenantId: number, page: PageRequest<'ID'>): Promise<Page<ListedSubscription>> {
    return this.rows.page([activeOf(cloudAccountId, tenantId)], { ID: { property: 'id' } }, page);
  }

  countActiveVisible(cloudAccountId: number, tenantId: number): Promise<number> {
    return this.rows.count(activeOf(cloudAccountId, tenantId));
  }

  async fingerprintActive(cloudAccountIds: readonly number[]): Promise<BlockersFingerprint[]> {
    if (cloudAccountIds.length === 0) return [];
    // IDs only grow, and ended subscriptions stay ended. So a new one changes the highest ID, and an ended one changes
    // the count.
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

  async holdActive({ id }: Held<AccountReference>, limit: number): Promise<Held<Subscription>[]> {
    return this.rows.holdAll(where(`${activeOn} = ?`, id), { orderBy: 'id', limit });
  }

  async listOverlapping(
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
    const parts = lists.map((range) => [all(ofTenant(tenantId), inRange(range))]);
    // One more, because each subscription is in its own list.
    const edges = await this.rows.edges(parts, addressOrders, { ...page, count: page.count + 1 });
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
    return this.rows.exists(all(overlappingWith(tenantId, cidr), where('vpc_id = ?', vpcId)));
  }

  async holdInAllTenants(id: number): Promise<Held<Subscription> | null> {
    return this.rows.hold(where('id = ?', id));
  }

  async hold(tenantId: number, id: number): Promise<Held<Subscription> | null> {
    return this.rows.hold(all(ofTenant(tenantId), where('id = ?', id)));
  }

  async add(subscription: Subscription): Promise<Held<Subscription>> {
    return this.rows.insert(subscription);
  }

  async update(subscription: Held<Subscription>): Promise<void> {
    const { id, tenantId } = subscription;
    await this.rows.update(subscription, all(ofTenant(tenantId), where('id = ?', id)));
  }

  private overlappingOne(
    tenantId: number,
    { id, deploymentCidr }: Addressed,
    page: PageRequest<OverlapOrderField>,
  ): Promise<Page<ListedSubscription>> {
    return this.rows.page([all(overlappingWith(tenantId, deploymentCidr), where('id <> ?', id))], addressOrders, page);
  }

  /**
   * Ranges in which to look for overlaps of each block. Of the larger blocks around it, only those that a subscription
   * uses.
   */
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

  private get rows() {
    return this.transactions.rows(Subscription);
  }

  private get repository() {
    return this.transactions.repository(Subscription);
  }
}

const ofTenant = (tenantId: number): Condition => where('tenant_id = ?', tenantId);

const activeOf = (cloudAccountId: number, tenantId: number): Condition =>
  all(where(`${activeOn} = ?`, cloudAccountId), ofTenant(tenantId));

const inRange = ({ from, to }: KeyRange): Condition => where('active_address_key BETWEEN ? AND ?', from, to);

/** Active subscriptions of a tenant that overlap a block. */
function overlappingWith(tenantId: number, cidr: string | null): Condition {
  return all(ofTenant(tenantId), anyOf(...(cidr === null ? [] : keysOverlapping(cidr).map(inRange))));
}

function filtered(tenantId: number, filter: SubscriptionFilter): Condition {
  const statuses = statusesIn(filter);
  return all(ofTenant(tenantId), statuses && isOneOf('status', statuses));
}

/** Splits a filtered list by status. An index has each part in the order of the list, so no other rows are read. */
function partsOf(list: Condition, filter: SubscriptionFilter): Condition[] {
  const statuses = statusesIn(filter);
  return statuses ? statuses.map((status) => all(list, where('status = ?', status))) : [list];
}

/** Statuses that match a filter. Null when all do. */
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
