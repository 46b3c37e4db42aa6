import { faultInName, InvalidField, InvalidInput, normalizeName, VersionConflict } from '#libs/kernel';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { SubscriptionAlreadyEnded } from './subscription.errors.js';

export const SubscriptionStatus = {
  PENDING: 'PENDING',
  ACTIVE: 'ACTIVE',
  CHANGE_PENDING: 'CHANGE_PENDING',
  DELETING: 'DELETING',
  ERROR: 'ERROR',
  DELETED: 'DELETED',
} as const;
export type SubscriptionStatus = keyof typeof SubscriptionStatus;

/** How a subscription ended: taken down, or given up with whatever stood of it. */
export const SubscriptionEndReason = { DELETED: 'DELETED', ABANDONED: 'ABANDONED' } as const;
export type SubscriptionEndReason = keyof typeof SubscriptionEndReason;

/**
 * The one meaning of *active*: a subscription keeps its account from being deleted unless it is DELETED. By exclusion, so
 * that a status nobody thought of yet blocks. The column `active_cloud_account_id` says it in SQL.
 */
export const isActiveStatus = (status: SubscriptionStatus): boolean => status !== SubscriptionStatus.DELETED;

/** What has to be done before the account of a subscription can be deleted. */
const beforeDeletion: Readonly<Record<SubscriptionStatus, string>> = {
  PENDING: 'End it with `deleteSubscription`.',
  ACTIVE: 'End it with `deleteSubscription`, and wait until it is DELETED.',
  CHANGE_PENDING: 'End it with `deleteSubscription`, which stops the change, and wait until it is DELETED.',
  DELETING: 'Wait until it is DELETED: it is being taken down.',
  ERROR: 'Try again what failed, or end it with `deleteSubscription`, and wait until it is DELETED.',
  DELETED: 'Nothing.',
};

/**
 * What a customer has built in a cloud account. It is active from its first moment until it is DELETED, whatever
 * happens between; once ended it stays ended, and remembers its account by the bare id.
 */
@Entity('subscription')
export class Subscription {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('varchar', { length: 64 })
  readonly name!: string;

  @Column('varchar', { length: 32 })
  readonly region!: string;

  @Column('varchar', { length: 16 })
  readonly status!: SubscriptionStatus;

  /** Counts what users change. */
  @Column('int')
  readonly version!: number;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  @Column('datetime', { name: 'updated_at', precision: 3 })
  readonly updatedAt!: Date;

  @Column('datetime', { name: 'ended_at', precision: 3, nullable: true })
  readonly endedAt!: Date | null;

  /** Null while it is active. */
  @Column('varchar', { name: 'end_reason', length: 16, nullable: true })
  readonly endReason!: SubscriptionEndReason | null;

  /** Wanted from now on; building it is somebody else's. */
  static create(
    details: { tenantId: number; cloudAccountId: number; name: string; region: string },
    now: Date,
  ): Subscription {
    const fault = faultInName(details.name);
    if (fault) throw new InvalidInput([new InvalidField(['input', 'name'], `The name ${fault}.`)]);

    return Object.assign(new Subscription(), {
      ...details,
      name: normalizeName(details.name),
      status: 'PENDING',
      version: 1,
      createdAt: now,
      updatedAt: now,
      endedAt: null,
      endReason: null,
    } satisfies Partial<Subscription>);
  }

  /** Whether it keeps its account from being deleted. */
  get isActive(): boolean {
    return isActiveStatus(this.status);
  }

  /** What has to be done before its account can be deleted, as a sentence. */
  get toBeDoneFirst(): string {
    return beforeDeletion[this.status];
  }

  /** @throws SubscriptionAlreadyEnded */
  end(now: Date): void {
    this.endAs('DELETED', now);
  }

  /**
   * It is given up: whatever stands of it stays where it is.
   *
   * @throws SubscriptionAlreadyEnded
   */
  abandon(now: Date): void {
    this.endAs('ABANDONED', now);
  }

  /** @throws SubscriptionAlreadyEnded */
  refuseIfEnded(): void {
    if (!this.isActive) throw new SubscriptionAlreadyEnded();
  }

  private endAs(endReason: SubscriptionEndReason, now: Date): void {
    this.refuseIfEnded();
    Object.assign(this, {
      status: 'DELETED',
      endReason,
      version: this.version + 1,
      updatedAt: now,
      endedAt: now,
    } satisfies Partial<Subscription>);
  }

  /** @throws VersionConflict when somebody changed the subscription since `expected` was read */
  refuseOtherVersionThan(expected: number | null | undefined): void {
    if (expected != null && expected !== this.version) throw new VersionConflict(this.version);
  }
}
