import {
  permissionsStatusOf,
  reportFrom,
  type PermissionsStatus,
  type VerificationReport,
} from '#libs/aws-credentials';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HealthFinding } from './health-finding.js';
import { afterOneDay, afterOneHour, retryAfterFailures, afterOneMinute, staleAfter } from './health-pace.js';

/** What was last observed of an account, as it is served. */
export const CloudAccountHealthState = {
  HEALTHY: 'HEALTHY',
  DEGRADED: 'DEGRADED',
  BROKEN: 'BROKEN',
  STALE: 'STALE',
  UNVERIFIED: 'UNVERIFIED',
} as const;
export type CloudAccountHealthState = keyof typeof CloudAccountHealthState;

/** What is stored: STALE follows from the age of the last success, UNVERIFIED from the last report. */
export type ObservedState = Exclude<CloudAccountHealthState, 'STALE' | 'UNVERIFIED'>;

/** One account went from one state to another, because of `codes`. */
export interface HealthTransition {
  readonly from: ObservedState;
  readonly to: ObservedState;
  readonly codes: readonly string[];
}

/** Reports as they were last read: they are long, and state and permissions follow from them, too. */
const reports = new WeakMap<CloudAccountHealth, { readonly json: string; readonly report: VerificationReport }>();

/**
 * What the gateway last saw of an account that was ACTIVE once. It never changes the account: not its status, not its
 * version.
 *
 * Bad news is believed when two checks in a row bring it, and the second comes soon; good news at once. A check that AWS
 * did not answer is no news: the state stays, and only the failures are counted.
 */
@Entity('cloud_account_health')
export class CloudAccountHealth {
  @PrimaryColumn('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  /** The last news that was believed. What is served may be STALE: ask `stateAt`. */
  @Column('varchar', { name: 'state', length: 16 })
  readonly observed!: ObservedState;

  /** When it came to this state. */
  @Column('datetime', { precision: 3 })
  readonly since!: Date;

  /** What the last check that had news said, when it is not believed yet. */
  @Column('varchar', { length: 16, nullable: true })
  readonly suspected!: ObservedState | null;

  @Column('datetime', { name: 'last_checked_at', precision: 3 })
  readonly lastCheckedAt!: Date;

  /** When everything that was looked at was last as it must be. */
  @Column('datetime', { name: 'last_success_at', precision: 3 })
  readonly lastSuccessAt!: Date;

  /** Checks since the last success, those that AWS did not answer included. */
  @Column('int', { name: 'consecutive_failures' })
  readonly consecutiveFailures!: number;

  /** Why the last check was no success; empty when it was one. */
  @Column('simple-json')
  readonly codes!: readonly string[];

  /** The last full report, or a later light one that found a fault, as JSON. */
  @Column('text', { name: 'report', nullable: true })
  readonly reportJson!: string | null;

  @Column('datetime', { name: 'reported_at', precision: 3, nullable: true })
  readonly reportedAt!: Date | null;

  /** When everything is to be looked at again, instead of identity and role alone. */
  @Column('datetime', { name: 'next_full_at', precision: 3 })
  readonly nextFullAt!: Date;

  @Column('datetime', { name: 'next_attempt_at', precision: 3 })
  nextAttemptAt!: Date;

  /** When a refusal of AWS last made it due. */
  @Column('datetime', { name: 'suspected_at', precision: 3, nullable: true })
  readonly suspectedAt!: Date | null;

  @Column('varchar', { name: 'lease_owner', length: 36, nullable: true })
  leaseOwner!: string | null;

  @Column('datetime', { name: 'lease_until', precision: 3, nullable: true })
  leaseUntil!: Date | null;

  /** The AWS account that is being asked under the lease: unique, so that none is asked twice at once. */
  @Column('varchar', { name: 'asking_aws_account_id', length: 12, nullable: true })
  askingAwsAccountId!: string | null;

  get isBroken(): boolean {
    return this.observed === 'BROKEN';
  }

  /** Of an account that works, as was just found out. */
  static begin(account: { id: number; tenantId: number }, now: Date): CloudAccountHealth {
    return Object.assign(new CloudAccountHealth(), {
      cloudAccountId: account.id,
      tenantId: account.tenantId,
      observed: 'HEALTHY',
      since: now,
      suspected: null,
      lastCheckedAt: now,
      lastSuccessAt: now,
      consecutiveFailures: 0,
      codes: [],
      reportJson: null,
      reportedAt: null,
      nextFullAt: afterOneMinute(now),
      nextAttemptAt: afterOneMinute(now),
      suspectedAt: null,
      leaseOwner: null,
      leaseUntil: null,
      askingAwsAccountId: null,
    } satisfies Partial<CloudAccountHealth>);
  }

  /**
   * HEALTHY becomes STALE three hours after the last success: two hourly checks have then gone by without an answer, and
   * their repetitions, so that one bad hour of AWS's, or a restart of the gateway, alarms nobody. Bad news does not age:
   * it holds until it is disproved.
   */
  stateAt(now: Date): CloudAccountHealthState {
    if (this.observed !== 'HEALTHY') return this.observed;
    if (this.suspected === null && this.permissionsStatus === 'UNVERIFIED') return 'UNVERIFIED';
    const age = now.getTime() - this.lastSuccessAt.getTime();
    return age > staleAfter ? 'STALE' : 'HEALTHY';
  }

  /** Of the last report. UNVERIFIED before the first. */
  get permissionsStatus(): PermissionsStatus {
    return permissionsStatusOf(this.report?.checks ?? []);
  }

  /** What is served; of STALE, `since` is when it was last known to be HEALTHY. */
  snapshotAt(now: Date) {
    const { since, lastCheckedAt, lastSuccessAt, consecutiveFailures, codes, report, reportedAt, permissionsStatus } =
      this;
    const state = this.stateAt(now);
    return {
      state,
      since: state === 'STALE' ? lastSuccessAt : since,
      lastCheckedAt,
      lastSuccessAt,
      consecutiveFailures,
      codes,
      report,
      reportedAt,
      permissionsStatus,
    };
  }

  get report(): VerificationReport | null {
    if (this.reportJson === null) return null;
    let read = reports.get(this);
    if (read?.json !== this.reportJson) {
      read = { json: this.reportJson, report: reportFrom(this.reportJson) };
      reports.set(this, read);
    }
    return read.report;
  }

  /** Whether the next check must look at everything: because it is time, or because identity and role alone prove nothing. */
  needsFullAt(now: Date): boolean {
    return this.observed !== 'HEALTHY' || this.suspected !== null || this.nextFullAt <= now;
  }

  /** Whether something newer is known than a check that began at `startedAt` can say. */
  isNewerThan(startedAt: Date): boolean {
    return this.lastCheckedAt > startedAt;
  }

  /**
   * Takes note of a check that began at `startedAt`; returns the change of state it led to, if any. Whoever calls it
   * holds the account.
   */
  observe(finding: HealthFinding, startedAt: Date, now: Date): HealthTransition | null {
    const { verdict, isFull, isUnverified, codes, report } = finding;
    const from = this.observed;
    const opinion = this.opinionAfter(verdict, isFull);
    const isSuccess =
      verdict === 'HEALTHY' && !isUnverified && opinion.observed === 'HEALTHY' && opinion.suspected === null;
    const isBad = verdict === 'DEGRADED' || verdict === 'BROKEN';
    const isFirst = verdict === 'UNKNOWN' && this.reportJson === null;
    // AWS not answering for once does not replace a report in which everything is granted.
    const isOpen = isUnverified && !(finding.isPassing && this.permissionsStatus === 'COMPLETE');
    const isReported = report !== null && (isFull || isBad || isFirst || isOpen);
    Object.assign(this, {
      ...opinion,
      since: opinion.observed === from ? this.since : now,
      lastCheckedAt: now,
      lastSuccessAt: isSuccess ? now : this.lastSuccessAt,
      consecutiveFailures: isSuccess ? 0 : this.consecutiveFailures + 1,
      codes: isSuccess ? [] : codes,
      ...(isReported && { reportJson: JSON.stringify(report), reportedAt: report.checkedAt }),
    } satisfies Partial<CloudAccountHealth>);
    this.plan(finding, isSuccess, startedAt, now);
    return opinion.observed === from ? null : { from, to: opinion.observed, codes: isSuccess ? [] : codes };
  }

  /** Lets others look at it. */
  release(): void {
    Object.assign(this, { leaseOwner: null, leaseUntil: null, askingAwsAccountId: null });
  }

  /** What is believed, and what is only suspected, after a check. */
  private opinionAfter(
    verdict: HealthFinding['verdict'],
    isFull: boolean,
  ): Pick<CloudAccountHealth, 'observed' | 'suspected'> {
    const { observed, suspected } = this;
    if (verdict === 'UNKNOWN') return { observed, suspected };
    if (verdict === 'HEALTHY') {
      if (isFull) return { observed: 'HEALTHY', suspected: null };
      // Identity and role disprove BROKEN; of missing permissions they say nothing.
      return {
        observed: observed === 'BROKEN' ? 'HEALTHY' : observed,
        suspected: suspected === 'DEGRADED' && observed !== 'DEGRADED' ? suspected : null,
      };
    }
    if (verdict === observed) return { observed, suspected: null };
    if (suspected === null) return { observed, suspected: verdict };
    // Two in a row, and what both of them say is the milder.
    const believed = suspected === 'DEGRADED' ? suspected : verdict;
    return { observed: believed, suspected: verdict === believed ? null : verdict };
  }

  private plan(
    { verdict, isFull, isUnverified, report }: HealthFinding,
    isSuccess: boolean,
    startedAt: Date,
    now: Date,
  ): void {
    const isAnswered = verdict !== 'UNKNOWN';
    let nextFullAt = this.nextFullAt;
    if (isUnverified) nextFullAt = now;
    else if (isFull && isAnswered) nextFullAt = afterOneDay(now);
    else if (isSuccess && report === null) nextFullAt = afterOneMinute(now);

    let nextAttemptAt = afterOneHour(now);
    if (isSuccess) nextAttemptAt = new Date(Math.min(nextAttemptAt.getTime(), nextFullAt.getTime()));
    else if (!isAnswered || verdict === 'HEALTHY') nextAttemptAt = retryAfterFailures(this.consecutiveFailures, now);
    else if (this.suspected !== null) nextAttemptAt = afterOneMinute(now);

    // AWS refused something after this check had begun: it may have come too early to see why.
    const isSuspect = this.suspectedAt !== null && this.suspectedAt > startedAt;
    Object.assign(this, {
      nextFullAt: isSuspect ? now : nextFullAt,
      nextAttemptAt: isSuspect ? now : nextAttemptAt,
    } satisfies Partial<CloudAccountHealth>);
  }
}
