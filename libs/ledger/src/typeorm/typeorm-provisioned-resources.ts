import { all, isDuplicateOf, isOneOf, slices, Transactions, where, type Condition } from '#libs/database';
import { nextTurn, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, IsNull, type Repository } from 'typeorm';
import type { DesiredAttributes } from '../desired-attributes.js';
import { ProvisionedResource, type ListedResource } from '../provisioned-resource.entity.js';
import {
  ArnTaken,
  ProvisionedResources,
  ResourceOwnerKind,
  type ChangedResource,
  type LedgerPlace,
} from '../provisioned-resources.js';
import { ResourceChange, type ListedChange } from '../resource-change.entity.js';

/** Number of rows whose attributes, which can be long, one statement reads. */
const attributesAtOnce = 50;

@Injectable()
export class TypeOrmProvisionedResources extends ProvisionedResources {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]> {
    return this.rows.findWhole(all(inAccount(cloudAccountId), isOneOf('arn', arns)));
  }

  listExisting(subscriptionId: number): Promise<ProvisionedResource[]> {
    return this.rows.findWhole(where('subscription_id = ? AND removed_at IS NULL', subscriptionId), { orderBy: 'id' });
  }

  findExistingByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]> {
    return this.rows.findWhole(all(standingIn(cloudAccountId), isOneOf('arn', arns)));
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<ListedResource[]> {
    return this.rows.find(all(where('tenant_id = ?', tenantId), isOneOf('id', ids)));
  }

  async attributesOf(
    what: 'resources' | 'changes',
    ids: readonly number[],
  ): Promise<ReadonlyMap<number, DesiredAttributes>> {
    const attributes = new Map<number, DesiredAttributes>();
    const rows: Repository<Pick<ResourceChange, 'id' | 'attributes'>> =
      what === 'resources' ? this.repository : this.history;
    for (const some of slices([...new Set(ids)], attributesAtOnce)) {
      if (attributes.size > 0) await nextTurn();
      for (const row of await rows.find({ select: { id: true, attributes: true }, where: { id: In(some) } }))
        attributes.set(row.id, row.attributes);
    }
    return attributes;
  }

  listOf(
    tenantId: number,
    kind: ResourceOwnerKind,
    ids: readonly number[],
    page: PageRequest<'ID'>,
  ): Promise<Page<ListedResource>[]> {
    const lists = ids.map((owner) => [all(of(tenantId, kind), where(`${ownerColumns[kind]} = ?`, owner))]);
    return this.rows.pages(lists, { ID: { property: 'id' } }, page);
  }

  countOf(tenantId: number, kind: ResourceOwnerKind, ids: readonly number[]): Promise<number[]> {
    return this.rows.countsBy(ownerColumns[kind], ids, of(tenantId, kind));
  }

  listRemaining(cloudAccountId: number, afterId: number, limit: number): Promise<ListedResource[]> {
    return this.rows.find(all(standingIn(cloudAccountId), where('id > ?', afterId)), { orderBy: 'id', limit });
  }

  listRemainingAt(
    cloudAccountId: number,
    { region, kind }: LedgerPlace,
    afterId: number,
    limit: number,
  ): Promise<ProvisionedResource[]> {
    const there = where('region = ? AND kind = ? AND id > ?', region, kind, afterId);
    return this.rows.findWhole(all(standingIn(cloudAccountId), there), { orderBy: 'id', limit });
  }

  listPlaces(cloudAccountId: number): Promise<LedgerPlace[]> {
    return this.transactions.query<LedgerPlace>(
      `SELECT DISTINCT region, kind FROM provisioned_resource
       WHERE cloud_account_id = ? AND removed_at IS NULL ORDER BY region, kind`,
      [cloudAccountId],
    );
  }

  countRemaining(cloudAccountId: number): Promise<number> {
    return this.rows.count(standingIn(cloudAccountId));
  }

  async put(changed: readonly ChangedResource[], now: Date): Promise<void> {
    for (const { resource } of changed) {
      if (resource.id) await this.repository.update({ id: resource.id }, { ...resource });
      else await this.add(resource);
    }
    const history = changed.map(({ resource, kind }) => ResourceChange.of(resource, kind, now));
    if (history.length > 0) await this.history.insert(history);
  }

  async orphanAll(cloudAccountId: number, now: Date): Promise<number> {
    const { affected } = await this.repository.update(
      { cloudAccountId, removedAt: IsNull() },
      { orphanedAt: now, updatedAt: now },
    );
    await this.transactions.query(
      `INSERT INTO resource_change (resource_id, kind, attributes, at)
       SELECT id, 'ORPHANED', attributes, orphaned_at FROM provisioned_resource
       WHERE cloud_account_id = ? AND removed_at IS NULL`,
      [cloudAccountId],
    );
    return affected ?? 0;
  }

  async historyOf(resourceIds: readonly number[], limit: number): Promise<ListedChange[]> {
    if (resourceIds.length === 0) return [];
    const newest = await this.transactions.query<{ id: number }>(
      `SELECT id FROM (
         SELECT id, ROW_NUMBER() OVER (PARTITION BY resource_id ORDER BY id DESC) AS place
         FROM resource_change WHERE resource_id IN (${resourceIds.map(() => '?').join(', ')})
       ) AS numbered WHERE place <= ?`,
      [...resourceIds, limit],
    );
    return this.history.find({ where: { id: In(newest.map(({ id }) => id)) }, order: { id: 'DESC' } });
  }

  private async add(resource: ProvisionedResource): Promise<void> {
    try {
      await this.repository.insert(resource);
    } catch (error) {
      if (isDuplicateOf(error, 'uq_provisioned_resource_arn', 'arn')) throw new ArnTaken(resource.arn);
      throw error;
    }
  }

  private get rows() {
    return this.transactions.rows(ProvisionedResource);
  }

  private get repository() {
    return this.transactions.repository(ProvisionedResource);
  }

  private get history() {
    return this.transactions.repository(ResourceChange);
  }
}

const ownerColumns = {
  SUBSCRIPTION: 'subscription_id',
  DELETED_ACCOUNT: 'cloud_account_id',
} as const satisfies Record<ResourceOwnerKind, string>;

const of = (tenantId: number, kind: ResourceOwnerKind): Condition =>
  all(where('tenant_id = ?', tenantId), kind === 'DELETED_ACCOUNT' && where('orphaned_at IS NOT NULL'));

const inAccount = (cloudAccountId: number): Condition => where('cloud_account_id = ?', cloudAccountId);

const standingIn = (cloudAccountId: number): Condition => all(inAccount(cloudAccountId), where('removed_at IS NULL'));
