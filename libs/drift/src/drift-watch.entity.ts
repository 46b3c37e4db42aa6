import { Column, Entity, PrimaryColumn } from 'typeorm';

/** That an account is looked at, when next, and what the last check came to. It goes with the account. */
@Entity('drift_watch')
export class DriftWatch {
  @PrimaryColumn('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  /** When the last check that came to an end began; null when none has. */
  @Column('datetime', { name: 'last_started_at', precision: 3, nullable: true })
  readonly lastStartedAt!: Date | null;

  /** When the last check ended, complete or not. */
  @Column('datetime', { name: 'last_checked_at', precision: 3, nullable: true })
  readonly lastCheckedAt!: Date | null;

  /** When the last check ended that could look at everything. */
  @Column('datetime', { name: 'last_complete_at', precision: 3, nullable: true })
  readonly lastCompleteAt!: Date | null;

  /** Why the last check was not complete; empty when it was. */
  @Column('simple-json')
  readonly codes!: readonly string[];

  /** How many checks were not complete since the last one that was. */
  @Column('int', { name: 'consecutive_failures' })
  readonly consecutiveFailures!: number;

  /** When somebody last asked for a check. */
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
   * A check has ended.
   *
   * @param codes why it was not complete; none when it was
   * @param nextAt when to look again; at once when somebody asked meanwhile
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

  /** Lets others look at it. */
  release(): void {
    this.set({ leaseOwner: null, leaseUntil: null });
  }

  private set(values: Partial<DriftWatch>): void {
    Object.assign(this, values);
  }
}

type Methods = Pick<DriftWatch, 'isBeingCheckedAt' | 'hasBeenCheckedSince' | 'request' | 'conclude' | 'release'>;
