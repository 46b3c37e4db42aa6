import {
  permissionsStatusOf,
  reportFrom,
  type PermissionsStatus,
  type VerificationReport,
} from '#libs/aws-credentials';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { HealthFinding } from './health-finding.js';
import { afterOneDay, afterOneHour, retryAfterFailures, afterOneMinute, staleAfter } from './health-pace.js';

/** Health state, as shown by the API. */
export const CloudAccountHealthState = {
  HEALTHY: 'HEALTHY',
  DEGRADED: 'DEGRADED',
  BROKEN: 'BROKEN',
  STALE: 'STALE',
  UNVERIFIED: 'UNVERIFIED',
} as const;
export type CloudAccountHealthState = keyof typeof CloudAccountHealthState;

/** Stored states. STALE is derived from the time of the last success, UNVERIFIED from the last report. */
export type ObservedState = Exclude<CloudAccountHealthState, 'STALE' | 'UNVERIFIED'>;

/** Change of state, and the error codes that caused it. */
export interface HealthTransition {
  readonly from: ObservedState;
  readonly to: ObservedState;
  readonly codes: readonly string[];
}

/** Cache of parsed reports: they are long, and state and permissions are derived from them as well. */
const reports = new WeakMap<CloudAccountHealth, { readonly json: string; readonly report: VerificationReport }>();

/**
 * Last observed health of an account that was ACTIVE at least once. It never changes the status or the version of the
 * account.
 *
 * A change for the worse is confirmed when two consecutive checks find it. The second check follows soon. A change for
 * the better is confirmed immediately. A check that AWS does not answer only increments the failures.
 */
@Entity('cloud_account_health')
export class CloudAccountHealth {
  @PrimaryColumn('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  /** Last confirmed state. The API can show STALE instead: see `stateAt`. */
  @Column('varchar', { name: 'state', length: 16 })
  readonly observed!: ObservedState;

  /** Time when the account entered this state. */
  @Column('datetime', { precision: 3 })
  readonly since!: Date;

  /** State found by the last check, while it is not confirmed. */
  @Column('varchar', { length: 16, nullable: true })
  readonly suspected!: ObservedState | null;

  @Column('datetime', { name: 'last_checked_at', precision: 3 })
  readonly lastCheckedAt!: Date;

  /** Time of the last check that found no problem. */
  @Column('datetime', { name: 'last_success_at', precision: 3 })
  readonly lastSuccessAt!: Date;

  /** Number of checks since the last success, including checks that AWS did not answer. */
  @Column('int', { name: 'consecutive_failures' })
  readonly consecutiveFailures!: number;

  /** Error codes of the last check. Empty when it was successful. */
  @Column('simple-json')
  readonly codes!: readonly string[];

  /** Last full report, or a later partial one that found a problem, as JSON. */
  @Column('text', { name: 'report', nullable: true })
  readonly reportJson!: string | null;

  @Column('datetime', { name: 'reported_at', precision: 3, nullable: true })
  readonly reportedAt!: Date | null;

  /** Time when the next full check is due. Other checks cover identity and console role only. */
  @Column('datetime', { name: 'next_full_at', precision: 3 })
  readonly nextFullAt!: Date;

  @Column('datetime', { name: 'next_attempt_at', precision: 3 })
  nextAttemptAt!: Date;

  /** Time when a refusal by AWS last made a check due. */
  @Column('datetime', { name: 'suspected_at', precision: 3, nullable: true })
  readonly suspectedAt!: Date | null;

  @Column('varchar', { name: 'lease_owner', length: 36, nullable: true })
  leaseOwner!: string | null;

  @Column('datetime', { name: 'lease_until', precision: 3, nullable: true })
  leaseUntil!: Date | null;

  /**
   * AWS account that is being checked under the lease. Unique, so that no two checks of one AWS account run
   * concurrently.
   */
  @Column('varchar', { name: 'asking_aws_account_id', length: 12, nullable: true })
  askingAwsAccountId!: string | null;

  get isBroken(): boolean {
    return this.observed === 'BROKEN';
  }

  /** Health of an account whose credentials were just verified. */
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
   * HEALTHY becomes STALE three hours after the last success, when two hourly checks and their retries had no answer. A
   * shorter outage of AWS or a restart of the gateway has no effect. Other states do not become STALE.
   */
  stateAt(now: Date): CloudAccountHealthState {
    if (this.observed !== 'HEALTHY') return this.observed;
    if (this.suspected === null && this.permissionsStatus === 'UNVERIFIED') return 'UNVERIFIED';
    const age = now.getTime() - this.lastSuccessAt.getTime();
    return age > staleAfter ? 'STALE' : 'HEALTHY';
  }

  /** Permissions according to the last report. UNVERIFIED before the first one. */
  get permissionsStatus(): PermissionsStatus {
    return permissionsStatusOf(this.report?.checks ?? []);
  }

  /** Values shown by the API. For STALE, `since` is the time of the last success. */
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

  /**
   * Whether the next check must be a full one: because it is due, or because identity and console role are not
   * sufficient.
   */
  needsFullAt(now: Date): boolean {
    return this.observed !== 'HEALTHY' || this.suspected !== null || this.nextFullAt <= now;
  }

  /** Whether a newer result exists than one of a check that began at `startedAt`. */
  isNewerThan(startedAt: Date): boolean {
    return this.lastCheckedAt > startedAt;
  }

  /**
   * Stores the result of a check that began at `startedAt`. The caller must lock the account. @returns the change of
   * state, if any
   */
  observe(finding: HealthFinding, startedAt: Date, now: Date): HealthTransition | null {
    const { verdict, isFull, isUnverified, codes, report } = finding;
    const from = this.observed;
    const opinion = this.opinionAfter(verdict, isFull);
    const isSuccess =
      verdict === 'HEALTHY' && !isUnverified && opinion.observed === 'HEALTHY' && opinion.suspected === null;
    const isBad = verdict === 'DEGRADED' || verdict === 'BROKEN';
    const isFirst = verdict === 'UNKNOWN' && this.reportJson === null;
    // A single check without an answer of AWS does not replace a report with all permissions.
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

  release(): void {
    Object.assign(this, { leaseOwner: null, leaseUntil: null, askingAwsAccountId: null });
  }

  /** Confirmed and suspected state after a check. */
  private opinionAfter(
    verdict: HealthFinding['verdict'],
    isFull: boolean,
  ): Pick<CloudAccountHealth, 'observed' | 'suspected'> {
    const { observed, suspected } = this;
    if (verdict === 'UNKNOWN') return { observed, suspected };
    if (verdict === 'HEALTHY') {
      if (isFull) return { observed: 'HEALTHY', suspected: null };
      // A partial check can disprove BROKEN, but says nothing about permissions.
      return {
        observed: observed === 'BROKEN' ? 'HEALTHY' : observed,
        suspected: suspected === 'DEGRADED' && observed !== 'DEGRADED' ? suspected : null,
      };
    }
    if (verdict === observed) return { observed, suspected: null };
    if (suspected === null) return { observed, suspected: verdict };
    // Two consecutive checks confirm the milder of their states.
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

    // AWS refused a call after this check began, so the check may have been too early to see the reason.
    const isSuspect = this.suspectedAt !== null && this.suspectedAt > startedAt;
    Object.assign(this, {
      nextFullAt: isSuspect ? now : nextFullAt,
      nextAttemptAt: isSuspect ? now : nextAttemptAt,
    } satisfies Partial<CloudAccountHealth>);
  }
}
