import { changedTo } from '#libs/kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ProvisioningLeaseLost } from './subscription.errors.js';

/** Kind of provisioning work. */
export const ProvisioningKind = { BUILD: 'BUILD', CHANGE: 'CHANGE', TEAR_DOWN: 'TEAR_DOWN' } as const;
export type ProvisioningKind = keyof typeof ProvisioningKind;

/** Claim of work by a provisioner. */
export interface WorkClaim {
  readonly token: string;
  /** Null for the gateway itself. */
  readonly apiKeyId: number | null;
  readonly until: Date;
}

/**
 * Work for one subscription, to be done by the provisioner that claims it. The row exists as long as there is work. A
 * claim ends with its lease, unless the provisioner sends reports. Then another provisioner can claim the work.
 */
@Entity('provisioning_work')
export class ProvisioningWork {
  @PrimaryColumn('int', { name: 'subscription_id' })
  readonly subscriptionId!: number;

  @Column('varchar', { length: 16 })
  readonly kind!: ProvisioningKind;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  /** Number of claims. Nothing was built if it is 0. */
  @Column('int')
  readonly claims!: number;

  /** 0 to 100, as reported by the provisioner. */
  @Column('int')
  readonly progress!: number;

  @Column('varchar', { length: 500, nullable: true })
  readonly message!: string | null;

  /** Time when the provisioner was asked to stop. */
  @Column('datetime', { name: 'stop_requested_at', precision: 3, nullable: true })
  readonly stopRequestedAt!: Date | null;

  @Column('datetime', { name: 'next_attempt_at', precision: 3, nullable: true })
  readonly nextAttemptAt!: Date | null;

  @Column('varchar', { name: 'lease_owner', length: 36, nullable: true })
  readonly leaseOwner!: string | null;

  @Column('int', { name: 'claimed_by', nullable: true })
  readonly claimedBy!: number | null;

  @Column('datetime', { name: 'lease_until', precision: 3, nullable: true })
  readonly leaseUntil!: Date | null;

  /** @param claims number of earlier claims for the subscription */
  static create(subscriptionId: number, kind: ProvisioningKind, now: Date, claims = 0): ProvisioningWork {
    return Object.assign(new ProvisioningWork(), { subscriptionId, claims }, begun(kind, now));
  }

  isClaimedAt(now: Date): boolean {
    return this.leaseUntil !== null && this.leaseUntil > now;
  }

  /** Whether no provisioner has ever claimed the work. */
  get isUnclaimed(): boolean {
    return this.claims === 0;
  }

  get isStopRequested(): boolean {
    return this.stopRequestedAt !== null;
  }

  /** Claims the work. Work that was to be stopped becomes TEAR_DOWN. */
  claim({ token, apiKeyId, until }: WorkClaim, now: Date): void {
    if (this.isStopRequested) this.changeKind('TEAR_DOWN', now);
    this.set({ leaseOwner: token, claimedBy: apiKeyId, leaseUntil: until, claims: this.claims + 1 });
  }

  /** @throws ProvisioningLeaseLost unless this claim has the work now */
  refuseUnlessClaimedBy(token: string, now: Date): void {
    if (!this.isClaimedAt(now) || this.leaseOwner !== token) throw new ProvisioningLeaseLost();
  }

  /** Stores a report of the provisioner, and extends its lease to `until`. */
  report({ progress, message }: { progress?: number; message?: string | null }, until: Date): void {
    this.set({
      progress: changedTo(progress, this.progress),
      message: changedTo(message, this.message),
      leaseUntil: until,
    });
  }

  /** Replaces the work with work of another kind, which can be claimed. */
  changeKind(kind: ProvisioningKind, now: Date): void {
    this.set(begun(kind, now));
  }

  /** Asks the provisioner that has the work to stop. */
  requestStop(now: Date): void {
    this.set({ stopRequestedAt: this.stopRequestedAt ?? now });
  }

  private set(values: Partial<ProvisioningWork>): void {
    Object.assign(this, values);
  }
}

function begun(kind: ProvisioningKind, now: Date) {
  return {
    kind,
    createdAt: now,
    progress: 0,
    message: null,
    stopRequestedAt: null,
    nextAttemptAt: now,
    leaseOwner: null,
    claimedBy: null,
    leaseUntil: null,
  } satisfies Partial<ProvisioningWork>;
}
