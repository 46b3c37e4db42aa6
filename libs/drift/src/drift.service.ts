import { setTimeout as wait } from 'node:timers/promises';
import type { Viewer } from '#libs/access';
import { CloudAccountService, type CloudAccount } from '#libs/cloud-accounts';
import { Events } from '#libs/events';
import { IamSetupSettings } from '#libs/iam-setup';
import { addTime, Clock, NotFound, UnitOfWork, type Held, type Page, type PageRequest } from '#libs/kernel';
import { LedgerService, type ListedResource } from '#libs/ledger';
import { Injectable } from '@nestjs/common';
import { DriftReconciler } from './drift.reconciler.js';
import type { DriftFinding, DriftLines, ListedFinding } from './drift-finding.entity.js';
import { DriftFindings, type DriftFindingFilter } from './drift-findings.js';
import { DriftPace } from './drift-pace.js';
import { DriftWatch } from './drift-watch.entity.js';
import { DriftWatches } from './drift-watches.js';
import { NoResourcesToCheck } from './drift.errors.js';
import { repairOf, type Repair } from './repair.js';

/** Interval at which `check` looks whether its check has ended, in milliseconds. */
const glance = 100;

/** Result of the drift checks of an account. */
export const DriftVerdict = {
  NOT_CHECKED: 'NOT_CHECKED',
  IN_SYNC: 'IN_SYNC',
  DRIFTED: 'DRIFTED',
  INCONCLUSIVE: 'INCONCLUSIVE',
} as const;
export type DriftVerdict = keyof typeof DriftVerdict;

/** Drift of an account at one moment. */
export interface SeenDrift extends Pick<DriftWatch, 'lastCheckedAt' | 'lastCompleteAt' | 'codes'> {
  readonly verdict: DriftVerdict;
  readonly openFindingCount: number;
  readonly isBeingChecked: boolean;
}

/** Use cases of drift checks. */
@Injectable()
export class DriftService {
  constructor(
    private readonly watches: DriftWatches,
    private readonly findings: DriftFindings,
    private readonly checks: DriftReconciler,
    private readonly accounts: CloudAccountService,
    private readonly ledger: LedgerService,
    private readonly settings: IamSetupSettings,
    private readonly pace: DriftPace,
    private readonly events: Events,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** Starts to check an account. Call it in the unit of work that records a resource. Can be called repeatedly. */
  async watch(account: CloudAccount, now: Date): Promise<void> {
    // The gateway has no credentials for hosted accounts.
    if (account.ownership === 'HOSTED') return;
    await this.watches.addIfNew(DriftWatch.begin(account, addTime(now, this.pace.every)));
  }

  /** Makes a check due soon, because the expected state of a subscription has just changed. */
  async scheduleCheck({ cloudAccountId }: Held<{ readonly cloudAccountId: number }>, now: Date): Promise<void> {
    const watch = await this.watches.hold(cloudAccountId);
    if (!watch) return;
    watch.request(now);
    await this.watches.update(watch);
  }

  /** In the order of the accounts. Null for hosted accounts, and for accounts in which nothing was built. */
  async of(accounts: readonly CloudAccount[]): Promise<(SeenDrift | null)[]> {
    const ids = accounts.map(({ id }) => id);
    const watches = new Map((await this.watches.ofAccounts(ids)).map((watch) => [watch.cloudAccountId, watch]));
    const open = await this.findings.countOpen(ids);
    const now = this.clock.now();
    return ids.map((id) => {
      const watch = watches.get(id);
      return watch ? seen(watch, open.get(id) ?? 0, now) : null;
    });
  }

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

  /**
   * Checks an account now, and waits some seconds for the result. If a check is in progress, another one follows.
   *
   * @throws NotFound, NoResourcesToCheck
   */
  async check(viewer: Viewer, cloudAccountId: number): Promise<CloudAccount> {
    const path = ['input', 'cloudAccountId'];
    const account = await this.accounts.find(viewer, cloudAccountId);
    if (!account) throw new NotFound('cloud account', path);
    const requestedAt = await this.unitOfWork.run(async (now) => {
      const watch = await this.watches.hold(account.id);
      if (!watch) throw new NoResourcesToCheck();
      watch.request(now);
      await this.watches.update(watch);
      return now;
    });
    this.checks.nudge();
    for (let waited = 0; waited < this.pace.patience && !this.checks.isStopping; waited += glance) {
      const [watch] = await this.watches.ofAccounts([account.id]);
      if (!watch || watch.hasBeenCheckedSince(requestedAt)) break;
      await wait(glance);
    }
    return account;
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

function seen(watch: DriftWatch, openFindingCount: number, now: Date): SeenDrift {
  const { lastCheckedAt, lastCompleteAt, codes } = watch;
  const isBeingChecked = watch.isBeingCheckedAt(now);
  return {
    verdict: verdictOf(watch, openFindingCount),
    lastCheckedAt,
    lastCompleteAt,
    codes,
    openFindingCount,
    isBeingChecked,
  };
}

function verdictOf({ lastCheckedAt, codes }: DriftWatch, openFindingCount: number): DriftVerdict {
  if (openFindingCount > 0) return 'DRIFTED';
  if (lastCheckedAt === null) return 'NOT_CHECKED';
  return codes.length > 0 ? 'INCONCLUSIVE' : 'IN_SYNC';
}
