import { addTime, backOff, Clock, spread, UnitOfWork } from '#libs/kernel';
import { Injectable } from '@nestjs/common';
import { DriftPace } from '../drift-pace.js';
import type { DriftWatch } from '../drift-watch.entity.js';
import { DriftWatches } from '../drift-watches.js';

/** Check in progress. */
export interface DriftCheck {
  readonly claimed: DriftWatch;
  readonly startedAt: Date;
  /** After this time the check ends incompletely. */
  readonly endsAt: Date;
  /** Subscriptions that were being changed when the check began. */
  readonly inChange: ReadonlySet<number>;
}

/** Another process has taken over the check, or the account was deleted. Its results are discarded. */
export class DriftCheckLost extends Error {
  override readonly name = 'DriftCheckLost';
}

/** Claims due checks for this process, and schedules the next ones. */
@Injectable()
export class DriftChecks {
  constructor(
    private readonly watches: DriftWatches,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly pace: DriftPace,
  ) {}

  /** Claims due checks. */
  claimDue(limit: number): Promise<DriftWatch[]> {
    const now = this.clock.now();
    return this.watches.claimDue(now, this.leaseFrom(now), limit);
  }

  start(claimed: DriftWatch, inChange: ReadonlySet<number>): DriftCheck {
    const startedAt = this.clock.now();
    return { claimed, startedAt, endsAt: addTime(startedAt, this.pace.longestCheck), inChange };
  }

  /** Extends the lease. Call it in the unit of work that stores results. @throws DriftCheckLost */
  async extendLease({ claimed }: DriftCheck, now: Date): Promise<void> {
    const watch = await this.watches.hold(claimed.cloudAccountId);
    if (!watch || watch.leaseOwner !== claimed.leaseOwner) throw new DriftCheckLost();
    watch.leaseUntil = this.leaseFrom(now);
    await this.watches.update(watch);
  }

  /**
   * Ends a check. The next one follows soon after an incomplete check, and later after each further one.
   *
   * @param codes reasons why it was incomplete; empty when it was complete
   */
  conclude({ claimed, startedAt }: DriftCheck, codes: readonly string[]): Promise<void> {
    return this.unitOfWork.run(async (now) => {
      const watch = await this.watches.hold(claimed.cloudAccountId);
      if (!watch || watch.leaseOwner !== claimed.leaseOwner) return;
      watch.conclude(startedAt, codes, this.nextAfter(codes.length > 0 ? claimed.consecutiveFailures + 1 : 0), now);
      await this.watches.update(watch);
    });
  }

  /** Returns a claimed check to be run by any process. */
  releaseLease(claimed: DriftWatch): Promise<void> {
    return this.watches.releaseLease(claimed);
  }

  /** Changes until then are visible in the answer to a call at `askedAt`: EC2 shows new resources some seconds late. */
  settledAt(askedAt: Date): Date {
    return addTime(askedAt, -this.pace.settling);
  }

  /** Varied, so that accounts are checked at different times. */
  private nextAfter(failures: number): Date {
    const { every } = this.pace;
    return addTime(this.clock.now(), failures === 0 ? spread(every) : backOff(failures, every / 30, every));
  }

  private leaseFrom(now: Date): Date {
    return addTime(now, this.pace.lease);
  }
}
