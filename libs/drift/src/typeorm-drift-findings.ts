import { all, isOneOf, slices, Transactions, where, type Condition } from '#libs/database';
import { asHeld, nextTurn, type Held, type Page, type PageRequest } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { DriftFinding, type DriftLines, type ListedFinding } from './drift-finding.entity.js';
import { DriftFindings, type DriftFindingFilter } from './drift-findings.js';

/** Number of findings whose lines one statement reads. */
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

  hold(tenantId: number, id: number): Promise<Held<DriftFinding> | null> {
    return this.rows.hold(where('tenant_id = ? AND id = ?', tenantId, id));
  }

  list(tenantId: number, filter: DriftFindingFilter, page: PageRequest<'DETECTED_AT'>): Promise<Page<ListedFinding>> {
    return this.rows.page([matching(tenantId, filter)], { DETECTED_AT: { property: 'detectedAt' } }, page);
  }

  count(tenantId: number, filter: DriftFindingFilter): Promise<number> {
    return this.rows.count(matching(tenantId, filter));
  }

  holdOpenOf(resourceIds: readonly number[]): Promise<Held<DriftFinding>[]> {
    return this.rows.holdAll(all(isOneOf('resource_id', resourceIds), isOpen));
  }

  async holdNotExpected(cloudAccountId: number, limit: number): Promise<Held<DriftFinding>[]> {
    const found = await this.transactions.query<{ id: number }>(
      `SELECT f.id FROM drift_finding f JOIN provisioned_resource r ON r.id = f.resource_id
       WHERE f.cloud_account_id = ? AND f.resolved_at IS NULL AND r.removed_at IS NOT NULL
       ORDER BY f.id LIMIT ?`,
      [cloudAccountId, limit],
    );
    return this.rows.holdAll(
      isOneOf(
        'id',
        found.map(({ id }) => id),
      ),
    );
  }

  async countOpen(cloudAccountIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const counts = await this.rows.countsBy('cloud_account_id', cloudAccountIds, isOpen);
    return new Map(cloudAccountIds.map((id, i) => [id, counts[i]!]));
  }

  async add(finding: DriftFinding): Promise<Held<DriftFinding>> {
    await this.repository.insert(finding);
    return asHeld(finding);
  }

  async update(finding: Held<DriftFinding>): Promise<void> {
    await this.repository.update({ id: finding.id }, { ...finding });
  }

  private get rows() {
    return this.transactions.rows(DriftFinding);
  }

  private get repository() {
    return this.transactions.repository(DriftFinding);
  }
}

const isOpen = where('resolved_at IS NULL');

function matching(tenantId: number, filter: DriftFindingFilter): Condition {
  const { cloudAccountId, subscriptionId, kind } = filter;
  return all(
    where('tenant_id = ?', tenantId),
    cloudAccountId != null && where('cloud_account_id = ?', cloudAccountId),
    subscriptionId != null && where('subscription_id = ?', subscriptionId),
    kind != null && where('kind = ?', kind),
    filter.isOpen != null && (filter.isOpen ? isOpen : where('resolved_at IS NOT NULL')),
  );
}
