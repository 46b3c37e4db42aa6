import { keysetPage, Transactions } from '#libs/database';
import { asHeld, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, type FindOptionsWhere } from 'typeorm';
import { DriftFinding } from '../drift-finding.entity.js';
import { DriftFindings, type DriftFindingFilter } from '../drift-findings.js';

@Injectable()
export class TypeOrmDriftFindings extends DriftFindings {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<DriftFinding[]> {
    return this.rows.findBy({ tenantId, id: In([...ids]) });
  }

  async hold(tenantId: number, id: number): Promise<Held<DriftFinding> | null> {
    return asHeld(await this.rows.findOne({ where: { tenantId, id }, ...this.transactions.forUpdate }));
  }

  list(tenantId: number, filter: DriftFindingFilter, page: PageRequest<'SINCE'>): Promise<Page<DriftFinding>> {
    const query = this.rows.createQueryBuilder('finding').where(where(tenantId, filter));
    return keysetPage(query, { SINCE: 'since' }, page);
  }

  count(tenantId: number, filter: DriftFindingFilter): Promise<number> {
    return this.rows.countBy(where(tenantId, filter));
  }

  async holdOpenOf(resourceIds: readonly number[]): Promise<Held<DriftFinding>[]> {
    if (resourceIds.length === 0) return [];
    return this.held({ resourceId: In([...resourceIds]), resolvedAt: IsNull() });
  }

  async holdNotExpected(cloudAccountId: number, limit: number): Promise<Held<DriftFinding>[]> {
    const found = await this.transactions.query<{ id: number }>(
      `SELECT f.id FROM drift_finding f JOIN provisioned_resource r ON r.id = f.resource_id
       WHERE f.cloud_account_id = ? AND f.resolved_at IS NULL AND r.removed_at IS NOT NULL
       ORDER BY f.id LIMIT ?`,
      [cloudAccountId, limit],
    );
    return this.held({ id: In(found.map(({ id }) => id)) });
  }

  async countOpen(cloudAccountIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const counts = await this.rows
      .createQueryBuilder('finding')
      .select('finding.cloud_account_id', 'id')
      .addSelect('COUNT(*)', 'open')
      .where({ cloudAccountId: In([...cloudAccountIds]), resolvedAt: IsNull() })
      .groupBy('finding.cloud_account_id')
      .getRawMany<{ id: number; open: number | string }>();
    return new Map(counts.map(({ id, open }) => [id, Number(open)]));
  }

  async add(finding: DriftFinding): Promise<Held<DriftFinding>> {
    await this.rows.insert(finding);
    return asHeld(finding);
  }

  async update(finding: Held<DriftFinding>): Promise<void> {
    await this.rows.update({ id: finding.id }, { ...finding });
  }

  private async held(which: FindOptionsWhere<DriftFinding>): Promise<Held<DriftFinding>[]> {
    const found = await this.rows.find({ where: which, ...this.transactions.forUpdate });
    return found.map((finding) => asHeld(finding));
  }

  private get rows() {
    return this.transactions.repository(DriftFinding);
  }
}

function where(
  tenantId: number,
  { cloudAccountId, subscriptionId, kind, isOpen }: DriftFindingFilter,
): FindOptionsWhere<DriftFinding> {
  return {
    tenantId,
    ...(cloudAccountId != null && { cloudAccountId }),
    ...(subscriptionId != null && { subscriptionId }),
    ...(kind != null && { kind }),
    ...(isOpen != null && { resolvedAt: isOpen ? IsNull() : Not(IsNull()) }),
  };
}
