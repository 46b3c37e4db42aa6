import type { Viewer } from '#libs/access';
import { Events } from '#libs/events';
import { IamSetupSettings } from '#libs/iam-setup';
import { NotFound, UnitOfWork, type Page, type PageRequest } from '#libs/kernel';
import { LedgerService, type ListedResource } from '#libs/ledger';
import { Injectable } from '@nestjs/common';
import type { DriftFinding, DriftLines, ListedFinding } from '../drift-finding.entity.js';
import { DriftFindings, type DriftFindingFilter } from '../drift-findings.js';
import { repairOf, type Repair } from './repair.js';

/** Findings, as users read and change them. */
@Injectable()
export class DriftFindingService {
  constructor(
    private readonly findings: DriftFindings,
    private readonly ledger: LedgerService,
    private readonly settings: IamSetupSettings,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  findMany({ tenantId }: Viewer, ids: readonly number[]): Promise<ListedFinding[]> {
    return this.findings.findMany(tenantId, ids);
  }

  /** Lines of findings, in the order of the findings. */
  async linesOf({ tenantId }: Viewer, findings: readonly ListedFinding[]): Promise<DriftLines[]> {
    const unread = findings.filter(({ expected }) => expected === undefined);
    const lines = await this.findings.linesOf(
      tenantId,
      unread.map(({ id }) => id),
    );
    return findings.map(({ id, expected = [], actual = [] }) => lines.get(id) ?? { expected, actual });
  }

  list(
    { tenantId }: Viewer,
    filter: DriftFindingFilter,
    page: PageRequest<'DETECTED_AT'>,
  ): Promise<Page<ListedFinding>> {
    return this.findings.list(tenantId, filter, page);
  }

  count({ tenantId }: Viewer, filter: DriftFindingFilter): Promise<number> {
    return this.findings.count(tenantId, filter);
  }

  /** Resource of each finding, in the same order. */
  async resourcesOf({ tenantId }: Viewer, findings: readonly ListedFinding[]): Promise<ListedResource[]> {
    const resources = await this.ledger.findMany(
      tenantId,
      findings.map(({ resourceId }) => resourceId),
    );
    const byId = new Map(resources.map((resource) => [resource.id, resource]));
    return findings.map(({ resourceId }) => byId.get(resourceId)!);
  }

  repairOf({ kind }: ListedFinding, lines: DriftLines, resource: ListedResource): Repair {
    return repairOf({ ...lines, kind }, resource, { key: this.settings.tagKey, value: this.settings.vendorName });
  }

  /** Acknowledges a finding, which stays open. @throws NotFound, DriftFindingResolved */
  acknowledge(viewer: Viewer, id: number, note: string | null): Promise<DriftFinding> {
    return this.change(viewer, id, 'DRIFT_ACKNOWLEDGED', (finding, now) => {
      finding.acknowledge(viewer.apiKeyName, note, now);
    });
  }

  /**
   * Resolves a finding manually. If the difference remains, the next check creates a new finding. @throws NotFound,
   * DriftFindingResolved
   */
  resolve(viewer: Viewer, id: number, note: string | null): Promise<DriftFinding> {
    return this.change(viewer, id, 'DRIFT_RESOLVED', (finding, now) => finding.resolve('MANUAL', now, note));
  }

  private change(
    { tenantId, actor }: Viewer,
    id: number,
    type: string,
    change: (finding: DriftFinding, now: Date) => void,
  ): Promise<DriftFinding> {
    return this.unitOfWork.run(async (now) => {
      const finding = await this.findings.hold(tenantId, id);
      if (!finding) throw new NotFound('drift finding');
      finding.refuseChange();
      change(finding, now);
      await this.findings.update(finding);
      const { cloudAccountId, subscriptionId, resourceId, kind, resolution, note } = finding;
      const data = { cloudAccountId, subscriptionId, resourceId, kind, resolution, note };
      await this.events.record({ type, tenantId, subject: ['DriftFinding', id], actor, at: now, data });
      return finding;
    });
  }
}
