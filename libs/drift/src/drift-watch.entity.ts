import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Schedule and last result of the drift checks of an account. Deleted with the account. */
@Entity('drift_watch')
export class DriftWatch {
  @PrimaryColumn('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  /** Start of the last check that ended. Null before the first. */
  @Column('datetime', { name: 'last_started_at', precision: 3, nullable: true })
  readonly lastStartedAt!: Date | null;

  /** End of the last check, complete or not. */
  @Column('datetime', { name: 'last_checked_at', precision: 3, nullable: true })
  readonly lastCheckedAt!: Date | null;

  /** End of the last complete check. */
  @Column('datetime', { name: 'last_complete_at', precision: 3, nullable: true })
  readonly lastCompleteAt!: Date | null;

  /** Reasons why the last check was incomplete. Empty when it was complete. */
  @Column('simple-json')
  readonly codes!: readonly string[];

  /** Number of incomplete checks since the last complete one. */
  @Column('int', { name: 'consecutive_failures' })
  readonly consecutiveFailures!: number;

  /** Time of the last request for a check. */
  @Column('datetime', { name: 'requested_at', precision: 3, nullable: true })
  readonly requestedAt!: Date | null;

  @Column('datetime', { name: 'next_attempt_at', precision: 3 })
  nextAttemptAt!: Date;

  @Column('varchar', { name: 'lease_owner', length: 36, nullable: true })
  leaseOwner!: string | null;

  @Column('datetime', { name: 'lease_until', precision: 3, nullable: true })
  leaseUntil!: Date | null;

  static begin(account: { id: number; tenantId: number }, dueAt: Date): DriftWatch {
    return Object.assign(new DriftWatch(), {
      cloudAccountId: account.id,
      tenantId: account.tenantId,
      lastStartedAt: null,
      lastCheckedAt: null,
      lastCompleteAt: null,
      codes: [],
      consecutiveFailures: 0,
      requestedAt: null,
      nextAttemptAt: dueAt,
      leaseOwner: null,
      leaseUntil: null,
    } satisfies Omit<DriftWatch, keyof Methods>);
  }

  isBeingCheckedAt(now: Date): boolean {
    return this.leaseUntil !== null && this.leaseUntil > now;
  }

  /** Whether a check that began at or after `moment` has ended. */
  hasBeenCheckedSince(moment: Date): boolean {
    return this.lastStartedAt !== null && this.lastStartedAt >= moment;
  }

  request(now: Date): void {
    this.set({ requestedAt: now, nextAttemptAt: now });
  }

  /**
   * Ends a check.
   *
   * @param codes reasons why it was incomplete; empty when it was complete
   * @param nextAt time of the next check; immediately if one was requested in the meantime
   */
  conclude(startedAt: Date, codes: readonly string[], nextAt: Date, now: Date): void {
    const isComplete = codes.length === 0;
    this.set({
      lastStartedAt: startedAt,
      lastCheckedAt: now,
      lastCompleteAt: isComplete ? now : this.lastCompleteAt,
      codes,
      consecutiveFailures: isComplete ? 0 : this.consecutiveFailures + 1,
      nextAttemptAt: this.requestedAt !== null && this.requestedAt > startedAt ? now : nextAt,
    });
    this.release();
  }

  release(): void {
    this.set({ leaseOwner: null, leaseUntil: null });
  }

  private set(values: Partial<DriftWatch>): void {
    Object.assign(this, values);
  }
}

type Methods = Pick<DriftWatch, 'isBeingCheckedAt' | 'hasBeenCheckedSince' | 'request' | 'conclude' | 'release'>;
