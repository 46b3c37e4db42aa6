import { all, isOneOf, slices, Transactions, where, type Condition } from '#libs/database';
import { asHeld, nextTurn, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In, IsNull, type FindOptionsWhere } from 'typeorm';
import { DriftFinding, type DriftLines, type ListedFinding } from '../drift-finding.entity.js';
import { DriftFindings, type DriftFindingFilter } from '../drift-findings.js';

/** Of how many findings one statement reads the lines. */
const linesAtOnce = 50;

@Injectable()
export class TypeOrmDriftFindings extends DriftFindings {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  findMany(tenantId: number, ids: readonly number[]): Promise<ListedFinding[]> {
    return this.rows.find(all(where('tenant_id = ?', tenantId), isOneOf('id', ids)));
  }

  async linesOf(tenantId: number, ids: readonly number[]): Promise<ReadonlyMap<number, DriftLines>> {
    const lines = new Map<number, DriftLines>();
    for (const some of slices([...new Set(ids)], linesAtOnce)) {
      if (lines.size > 0) await nextTurn();
      const select = { id: true, expected: true, actual: true } as const;
      for (const row of await this.repository.find({ select, where: { tenantId, id: In(some) } }))
        lines.set(row.id, row);
    }
    return lines;
  }

  async hold(tenantId: number, id: number): Promise<Held<DriftFinding> | null> {
    const [found] = await this.held({ tenantId, id });
    return found ?? null;
  }

  list(tenantId: number, filter: DriftFindingFilter, page: PageRequest<'DETECTED_AT'>): Promise<Page<ListedFinding>> {
    return this.rows.page([matching(tenantId, filter)], { DETECTED_AT: { property: 'detectedAt' } }, page);
  }

  count(tenantId: number, filter: DriftFindingFilter): Promise<number> {
    return this.rows.count(matching(tenantId, filter));
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
    const counts = await this.repository
      .createQueryBuilder('finding')
      .select('finding.cloud_account_id', 'id')
      .addSelect('COUNT(*)', 'open')
      .where({ cloudAccountId: In([...cloudAccountIds]), resolvedAt: IsNull() })
      .groupBy('finding.cloud_account_id')
      .getRawMany<{ id: number; open: number | string }>();
    return new Map(counts.map(({ id, open }) => [id, Number(open)]));
  }

  async add(finding: DriftFinding): Promise<Held<DriftFinding>> {
    await this.repository.insert(finding);
    return asHeld(finding);
  }

  async update(finding: Held<DriftFinding>): Promise<void> {
    await this.repository.update({ id: finding.id }, { ...finding });
  }

  /** Whole findings. */
  private async held(which: FindOptionsWhere<DriftFinding>): Promise<Held<DriftFinding>[]> {
    const query = this.repository
      .createQueryBuilder('finding')
      .addSelect(['finding.expected', 'finding.actual'])
      .where(which);
    const { lock } = this.transactions.forUpdate;
    const found = await (lock ? query.setLock(lock.mode) : query).getMany();
    return found.map((finding) => asHeld(finding));
  }

  private get rows() {
    return this.transactions.rows(DriftFinding);
  }

  private get repository() {
    return this.transactions.repository(DriftFinding);
  }
}

function matching(tenantId: number, { cloudAccountId, subscriptionId, kind, isOpen }: DriftFindingFilter): Condition {
  return all(
    where('tenant_id = ?', tenantId),
    cloudAccountId != null && where('cloud_account_id = ?', cloudAccountId),
    subscriptionId != null && where('subscription_id = ?', subscriptionId),
    kind != null && where('kind = ?', kind),
    isOpen != null && where(isOpen ? 'resolved_at IS NULL' : 'resolved_at IS NOT NULL'),
  );
}
