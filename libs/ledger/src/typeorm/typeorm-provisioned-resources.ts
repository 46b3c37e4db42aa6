import { isDuplicateOf, countsBy, keysetPages, Transactions } from '#libs/database';
import type { Page, PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan, type SelectQueryBuilder } from 'typeorm';
import { ProvisionedResource } from '../provisioned-resource.entity.js';
import {
  ArnTaken,
  ProvisionedResources,
  ResourceOwnerKind,
  type ChangedResource,
  type LedgerPlace,
} from '../provisioned-resources.js';
import { ResourceChange } from '../resource-change.entity.js';

@Injectable()
export class TypeOrmProvisionedResources extends ProvisionedResources {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]> {
    return this.rows.findBy({ cloudAccountId, arn: In([...arns]) });
  }

  standingOf(subscriptionId: number): Promise<ProvisionedResource[]> {
    return this.rows.find({ where: { subscriptionId, removedAt: IsNull() }, order: { id: 'ASC' } });
  }

  standingByArn(cloudAccountId: number, arns: readonly string[]): Promise<ProvisionedResource[]> {
    return this.rows.findBy({ ...standingIn(cloudAccountId), arn: In([...arns]) });
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<ProvisionedResource[]> {
    return this.rows.findBy({ tenantId, id: In([...ids]) });
  }

  listOf(
    tenantId: number,
    kind: ResourceOwnerKind,
    ids: readonly number[],
    page: PageRequest<'ID'>,
  ): Promise<Page<ProvisionedResource>[]> {
    const ofOwner = () => this.of(tenantId, kind).andWhere(`resource.${ResourceOwnerKind[kind]} = :owner`);
    const lists = ids.map((owner) => ({ owner }));
    return keysetPages(this.transactions, ofOwner, lists, { ID: 'id' }, page);
  }

  countOf(tenantId: number, kind: ResourceOwnerKind, ids: readonly number[]): Promise<number[]> {
    return countsBy(this.of(tenantId, kind), ResourceOwnerKind[kind], ids);
  }

  standingIn(cloudAccountId: number, afterId: number, limit: number): Promise<ProvisionedResource[]> {
    return this.rows.find({
      where: { ...standingIn(cloudAccountId), id: MoreThan(afterId) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  standingAt(
    cloudAccountId: number,
    { region, kind }: LedgerPlace,
    afterId: number,
    limit: number,
  ): Promise<ProvisionedResource[]> {
    return this.rows.find({
      where: { ...standingIn(cloudAccountId), region, kind, id: MoreThan(afterId) },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  placesIn(cloudAccountId: number): Promise<LedgerPlace[]> {
    return this.transactions.query<LedgerPlace>(
      `SELECT DISTINCT region, kind FROM provisioned_resource
       WHERE cloud_account_id = ? AND removed_at IS NULL ORDER BY region, kind`,
      [cloudAccountId],
    );
  }

  countStandingIn(cloudAccountId: number): Promise<number> {
    return this.rows.countBy(standingIn(cloudAccountId));
  }

  async put(changed: readonly ChangedResource[], now: Date): Promise<void> {
    for (const { resource } of changed) {
      if (resource.id) await this.rows.update({ id: resource.id }, { ...resource });
      else await this.add(resource);
    }
    const history = changed.map(({ resource, kind }) => ResourceChange.of(resource, kind, now));
    if (history.length > 0) await this.history.insert(history);
  }

  async orphanAll(cloudAccountId: number, now: Date): Promise<number> {
    const { affected } = await this.rows.update(standingIn(cloudAccountId), { orphanedAt: now, updatedAt: now });
    await this.transactions.query(
      `INSERT INTO resource_change (resource_id, kind, attributes, at)
       SELECT id, 'ORPHANED', attributes, orphaned_at FROM provisioned_resource
       WHERE cloud_account_id = ? AND removed_at IS NULL`,
      [cloudAccountId],
    );
    return affected ?? 0;
  }

  async historyOf(resourceIds: readonly number[], limit: number): Promise<ResourceChange[]> {
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
      await this.rows.insert(resource);
    } catch (error) {
      if (isDuplicateOf(error, 'uq_provisioned_resource_arn', 'arn')) throw new ArnTaken(resource.arn);
      throw error;
    }
  }

  private of(tenantId: number, kind: ResourceOwnerKind): SelectQueryBuilder<ProvisionedResource> {
    const query = this.rows.createQueryBuilder('resource').where('resource.tenantId = :tenantId', { tenantId });
    return kind === 'DELETED_ACCOUNT' ? query.andWhere('resource.orphanedAt IS NOT NULL') : query;
  }

  private get rows() {
    return this.transactions.repository(ProvisionedResource);
  }

  private get history() {
    return this.transactions.repository(ResourceChange);
  }
}

const standingIn = (cloudAccountId: number) => ({ cloudAccountId, removedAt: IsNull() });
