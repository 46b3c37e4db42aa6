import { Events, gateway } from '#libs/events';
import { UnitOfWork, type Held } from '#libs/kernel';
import { LedgerService, type ProvisionedResource } from '#libs/ledger';
import { Injectable } from '@nestjs/common';
import { differencesOf, type Difference, type Met } from '../difference.js';
import { DriftFinding, type DriftResolution } from '../drift-finding.entity.js';
import { DriftFindings } from '../drift-findings.js';
import { DriftChecks, type DriftCheck } from './drift-checks.js';
import type { DriftWatch } from '../drift-watch.entity.js';
import { ResourcesInChange } from './resources-in-change.js';

/** Observed state of one resource. */
export interface Observation extends Met {
  readonly arn: string;
}

/** Maximum number of findings that are resolved in one unit of work. */
const batch = 200;

/** Stores the results of checks, while the process has the lease and the account exists. */
@Injectable()
export class DriftObservations {
  constructor(
    private readonly checks: DriftChecks,
    private readonly findings: DriftFindings,
    private readonly ledger: LedgerService,
    private readonly inChange: ResourcesInChange,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Starts a check. Resolves findings of resources that are no longer expected. @throws DriftCheckLost */
  async begin(claimed: DriftWatch): Promise<DriftCheck> {
    const { cloudAccountId } = claimed;
    const check = this.checks.start(claimed, await this.inChange.of(cloudAccountId));
    let closed: number;
    do {
      closed = await this.unitOfWork.run(async (now) => {
        await this.checks.extendLease(check, now);
        const past = await this.findings.holdNotExpected(cloudAccountId, batch);
        for (const finding of past) await this.close(finding, 'RESOURCE_REMOVED', now);
        return past.length;
      });
    } while (closed === batch);
    return check;
  }

  /**
   * Stores findings about observed resources. Skips resources that are being changed, and resources whose ledger entry
   * changed after, or shortly before, AWS was asked: AWS may not show the change yet. The next check includes them.
   *
   * @param askedAt time of the call to AWS
   * @returns IDs of the ledger entries that were observed, including skipped ones
   * @throws DriftCheckLost
   */
  note(check: DriftCheck, observations: readonly Observation[], askedAt: Date): Promise<number[]> {
    const settled = this.checks.settledAt(askedAt);
    return this.unitOfWork.run(async (now) => {
      await this.checks.extendLease(check, now);
      // In this order: a change that ended since then has already updated the ledger.
      const inChange = await this.inChange.of(check.claimed.cloudAccountId);
      const met = new Map(observations.map((observation) => [observation.arn, observation]));
      const known = await this.ledger.findExistingByArn(check.claimed.cloudAccountId, [...met.keys()]);
      const judged = known.filter(
        ({ subscriptionId: id, updatedAt }) => !inChange.has(id) && !check.inChange.has(id) && updatedAt <= settled,
      );
      const open = Map.groupBy(
        await this.findings.holdOpenOf(judged.map(({ id }) => id)),
        ({ resourceId }) => resourceId,
      );
      for (const resource of judged) {
        const differences = differencesOf(resource.attributes, met.get(resource.arn)!);
        await this.reconcile(resource, differences, open.get(resource.id) ?? [], now);
      }
      return known.map(({ id }) => id);
    });
  }

  private async reconcile(
    resource: ProvisionedResource,
    differences: readonly Difference[],
    open: readonly Held<DriftFinding>[],
    now: Date,
  ): Promise<void> {
    for (const difference of differences) {
      const known = open.find(({ kind }) => kind === difference.kind);
      if (!known) {
        const finding = await this.findings.add(DriftFinding.of(resource, difference, now));
        await this.record('DRIFT_FOUND', finding, now);
      } else if (known.update(difference, now)) {
        await this.findings.update(known);
        await this.record('DRIFT_CHANGED', known, now);
      }
    }
    const isGone = differences.some(({ kind }) => kind === 'RESOURCE_DELETED');
    for (const finding of open)
      if (!differences.some(({ kind }) => kind === finding.kind))
        await this.close(finding, isGone ? 'SUPERSEDED' : 'REPAIRED', now);
  }

  private async close(finding: Held<DriftFinding>, resolution: DriftResolution, now: Date): Promise<void> {
    finding.resolve(resolution, now);
    await this.findings.update(finding);
    await this.record('DRIFT_RESOLVED', finding, now);
  }

  private record(type: string, finding: DriftFinding, at: Date): Promise<void> {
    const { id, tenantId, cloudAccountId, subscriptionId, resourceId, kind, expected, actual, resolution } = finding;
    const data = { cloudAccountId, subscriptionId, resourceId, kind, expected, actual, resolution };
    return this.events.record({ type, tenantId, subject: ['DriftFinding', id], actor: gateway, at, data });
  }
}
