import { type CloudAccount } from '#libs/cloud-accounts';
import { addTime, Clock, type Held } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { DriftFindings } from './drift-findings.js';
import { DriftPace } from './drift-pace.js';
import { DriftWatch } from './drift-watch.entity.js';
import { DriftWatches } from './drift-watches.js';

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

/** Which accounts are checked, and what the last checks found. */
@Injectable()
export class DriftService {
  constructor(
    private readonly watches: DriftWatches,
    private readonly findings: DriftFindings,
    private readonly pace: DriftPace,
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
