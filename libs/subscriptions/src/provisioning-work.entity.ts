import { changedTo } from '#libs/kernel';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { ProvisioningLeaseLost } from './subscription.errors.js';

/** What a provisioner has to do for a subscription. */
export const ProvisioningKind = { BUILD: 'BUILD', CHANGE: 'CHANGE', TEAR_DOWN: 'TEAR_DOWN' } as const;
export type ProvisioningKind = keyof typeof ProvisioningKind;

/** How somebody has a work for a while, and for how long. */
export interface WorkClaim {
  readonly token: string;
  /** Null when the gateway itself has it. */
  readonly apiKeyId: number | null;
  readonly until: Date;
}

/**
 * What is to be done at AWS, Azure or GCP for one subscription, by whoever claims it. The row is there for as long as
 * something is to be done. Whoever has claimed it and is not heard of until the lease ends has lost it, and another goes on.
 */
@Entity('provisioning_work')
export class ProvisioningWork {
  @PrimaryColumn('int', { name: 'subscription_id' })
  readonly subscriptionId!: number;

  @Column('varchar', { length: 16 })
  readonly kind!: ProvisioningKind;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  /** How often it was claimed. Nothing stands anywhere of what never was. */
  @Column('int')
  readonly claims!: number;

  /** 0 to 100, as the provisioner says. */
  @Column('int')
  readonly progress!: number;

  @Column('varchar', { length: 500, nullable: true })
  readonly message!: string | null;

  /** When the provisioner was asked to stop. */
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

  /** @param claims how often the subscription's work was claimed before */
  static create(subscriptionId: number, kind: ProvisioningKind, now: Date, claims = 0): ProvisioningWork {
    return Object.assign(new ProvisioningWork(), { subscriptionId, claims }, begun(kind, now));
  }

  isClaimedAt(now: Date): boolean {
    return this.leaseUntil !== null && this.leaseUntil > now;
  }

  /** Whether nobody has ever begun it. */
  get isUnclaimed(): boolean {
    return this.claims === 0;
  }

  get isStopRequested(): boolean {
    return this.stopRequestedAt !== null;
  }

  /**
   * Gives it to somebody, who may be the next after one whose lease has ended. What was to be stopped is to be taken down
   * from then on.
   */
  claim({ token, apiKeyId, until }: WorkClaim, now: Date): void {
    if (this.isStopRequested) this.changeKind('TEAR_DOWN', now);
    this.set({ leaseOwner: token, claimedBy: apiKeyId, leaseUntil: until, claims: this.claims + 1 });
  }

  /** @throws ProvisioningLeaseLost unless it is had by this claim now */
  refuseUnlessClaimedBy(token: string, now: Date): void {
    if (!this.isClaimedAt(now) || this.leaseOwner !== token) throw new ProvisioningLeaseLost();
  }

  /** What its holder says, who has it until `until` then. */
  report({ progress, message }: { progress?: number; message?: string | null }, until: Date): void {
    this.set({
      progress: changedTo(progress, this.progress),
      message: changedTo(message, this.message),
      leaseUntil: until,
    });
  }

  /** From now on something else is to be done, by whoever claims it next. */
  changeKind(kind: ProvisioningKind, now: Date): void {
    this.set(begun(kind, now));
  }

  /** Whoever is at it is to let it be. */
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
