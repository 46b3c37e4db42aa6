import { faultInTags, provisionedResourcesWarning, type Tag } from '#libs/iam-setup';
import { changedTo, faultInName, InvalidField, InvalidInput, normalizeName, VersionConflict } from '#libs/kernel';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { addressKey, faultInPlan } from './deployment.js';
import type { ProvisioningKind, ProvisioningWork } from './provisioning-work.entity.js';
import {
  SubscriptionAlreadyEnded,
  SubscriptionBeingDeleted,
  SubscriptionBusy,
  SubscriptionInError,
  SubscriptionNotInError,
} from './subscription.errors.js';

export const SubscriptionStatus = {
  PENDING: 'PENDING',
  ACTIVE: 'ACTIVE',
  CHANGE_PENDING: 'CHANGE_PENDING',
  DELETING: 'DELETING',
  ERROR: 'ERROR',
  DELETED: 'DELETED',
} as const;
export type SubscriptionStatus = keyof typeof SubscriptionStatus;

/** How a subscription ended: its resources were removed, or it was abandoned with them. */
export const SubscriptionEndReason = { DELETED: 'DELETED', ABANDONED: 'ABANDONED' } as const;
export type SubscriptionEndReason = keyof typeof SubscriptionEndReason;

/**
 * The only definition of *active*: a subscription blocks the deletion of its account unless it is DELETED. Defined by
 * exclusion, so that a new status blocks by default. In SQL, the column `active_cloud_account_id` has the same meaning.
 */
export const isActiveStatus = (status: SubscriptionStatus): boolean => status !== SubscriptionStatus.DELETED;

/** Status while failed work is retried. */
const tryingAgain = {
  BUILD: 'PENDING',
  CHANGE: 'CHANGE_PENDING',
  TEAR_DOWN: 'DELETING',
} as const satisfies Record<ProvisioningKind, SubscriptionStatus>;

export interface NewSubscription {
  readonly tenantId: number;
  readonly cloudAccountId: number;
  readonly name: string;
  readonly region: string;
  /** Name of a plan, which the vendor defines. */
  readonly plan?: string | null;
  /** Addresses to use, in canonical form. The vendor chooses them if undefined. */
  readonly deploymentCidr?: string | null;
  /** VPC of the customer to build in. A new VPC if undefined. */
  readonly vpcId?: string | null;
  readonly tags?: readonly Tag[] | null;
}

/** Change of a subscription. An omitted field is unchanged. */
export interface SubscriptionChange {
  readonly name?: string;
  /** Null: no plan. */
  readonly plan?: string | null;
  readonly tags?: readonly Tag[];
}

/** Action that is required before the account of a subscription can be deleted. */
const beforeDeletion: Readonly<Record<SubscriptionStatus, string>> = {
  PENDING: 'End it with `deleteSubscription`.',
  ACTIVE: 'End it with `deleteSubscription` and wait until it is DELETED.',
  CHANGE_PENDING: 'End it with `deleteSubscription`, which stops the change, and wait until it is DELETED.',
  DELETING: 'Wait until it is DELETED. Its resources are being removed.',
  ERROR: 'Retry it with `retrySubscription`, or end it with `deleteSubscription` and wait until it is DELETED.',
  DELETED: 'No action is needed.',
};

/**
 * What a customer has built in a cloud account. It is active from its creation until it is DELETED. An ended
 * subscription never becomes active again, and keeps the ID of its account without a foreign key.
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

  @Column('varchar', { length: 64, nullable: true })
  readonly plan!: string | null;

  @Column('varchar', { name: 'deployment_cidr', length: 18, nullable: true })
  readonly deploymentCidr!: string | null;

  /** Addresses as a number, to find overlaps. Null after the subscription ended. */
  @Column('bigint', {
    name: 'active_address_key',
    nullable: true,
    transformer: { from: numberFrom, to: (key: unknown) => key },
  })
  readonly activeAddressKey!: number | null;

  @Column('varchar', { name: 'vpc_id', length: 32, nullable: true })
  readonly vpcId!: string | null;

  /** Sorted by key. Not read with lists: see {@link ListedSubscription}. */
  @Column('text', { nullable: true, select: false, transformer: { from: tagsFrom, to: JSON.stringify } })
  readonly tags!: readonly Tag[];

  /** Null unless the status is ERROR. */
  @Column('varchar', { name: 'failed_kind', length: 16, nullable: true })
  readonly failedKind!: ProvisioningKind | null;

  /** Reason, as reported by the provisioner. */
  @Column('varchar', { name: 'failure_message', length: 500, nullable: true })
  readonly failureMessage!: string | null;

  /** Incremented by changes of users. */
  @Column('int')
  readonly version!: number;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  @Column('datetime', { name: 'updated_at', precision: 3 })
  readonly updatedAt!: Date;

  @Column('datetime', { name: 'ended_at', precision: 3, nullable: true })
  readonly endedAt!: Date | null;

  /** Null while the subscription is active. */
  @Column('varchar', { name: 'end_reason', length: 16, nullable: true })
  readonly endReason!: SubscriptionEndReason | null;

  /** Null when no resources are left. */
  get provisionedResourcesWarning(): string | null {
    return this.isActive ? provisionedResourcesWarning : null;
  }

  /** Creates a subscription that a provisioner then builds. */
  static create(details: NewSubscription, now: Date): Subscription {
    const { tenantId, cloudAccountId, region, name, plan, deploymentCidr, vpcId, tags } = details;
    const subscription = Object.assign(new Subscription(), {
      tenantId,
      cloudAccountId,
      region,
      status: 'PENDING',
      plan: null,
      deploymentCidr: deploymentCidr ?? null,
      activeAddressKey: deploymentCidr == null ? null : addressKey(deploymentCidr),
      vpcId: vpcId ?? null,
      tags: [],
      failedKind: null,
      failureMessage: null,
      version: 1,
      createdAt: now,
      updatedAt: now,
      endedAt: null,
      endReason: null,
    } satisfies Partial<Subscription>);
    subscription.configure({ name, plan, tags: tags ?? [] });
    return subscription;
  }

  /** Whether the subscription blocks the deletion of its account. */
  get isActive(): boolean {
    return isActiveStatus(this.status);
  }

  /** Action that is required before its account can be deleted, as a sentence. */
  get requiredAction(): string {
    return beforeDeletion[this.status];
  }

  /**
   * Applies all changes of one request as one new version.
   *
   * @param work current provisioning work, if any
   * @returns whether a provisioner has to apply the change to running resources
   * @throws SubscriptionAlreadyEnded, SubscriptionBeingDeleted
   * @throws SubscriptionInError, SubscriptionBusy unless only the name changes
   */
  change(change: SubscriptionChange, work: ProvisioningWork | null, now: Date): boolean {
    this.refuseChange();
    const isReconfigured = this.isReconfiguredBy(change);
    if (isReconfigured && this.status === 'ERROR') throw new SubscriptionInError();
    if (isReconfigured && work?.isClaimedAt(now)) throw new SubscriptionBusy();

    const isChangeOfWhatRuns = isReconfigured && this.status === 'ACTIVE';
    this.configure(change);
    this.setStatus(isChangeOfWhatRuns ? 'CHANGE_PENDING' : this.status, now);
    this.countChange();
    return isChangeOfWhatRuns;
  }

  /** Whether a change would change nothing. */
  isUnchangedBy({ name, ...change }: SubscriptionChange): boolean {
    return (name === undefined || normalizeName(name) === this.name) && !this.isReconfiguredBy(change);
  }

  /**
   * Marks the subscription as built, or the change as applied.
   *
   * @throws SubscriptionAlreadyEnded, SubscriptionBeingDeleted
   */
  completeWork(now: Date): void {
    this.refuseChange();
    this.setStatus('ACTIVE', now);
  }

  /**
   * Marks the work as failed. It is then unknown which resources exist.
   *
   * @param message reason, for the customer
   * @throws SubscriptionAlreadyEnded
   */
  failWork(kind: ProvisioningKind, message: string, now: Date): void {
    this.refuseIfEnded();
    this.setStatus('ERROR', now);
    Object.assign(this, { failedKind: kind, failureMessage: message } satisfies Partial<Subscription>);
  }

  /**
   * Retries the failed work.
   *
   * @returns kind of the work
   * @throws SubscriptionAlreadyEnded, SubscriptionNotInError
   */
  retry(now: Date): ProvisioningKind {
    this.refuseRetry();
    const kind = this.failedKind ?? 'BUILD';
    this.setStatus(tryingAgain[kind], now);
    this.countChange();
    return kind;
  }

  /**
   * Requests the end of the subscription. It ends immediately if no provisioner has started to build it. Otherwise its
   * resources have to be removed first.
   *
   * @returns whether it has ended
   * @throws SubscriptionAlreadyEnded, SubscriptionBeingDeleted
   */
  requestEnd(work: ProvisioningWork | null, now: Date): boolean {
    this.refuseChange();
    if (this.status === 'PENDING' && (work === null || work.isUnclaimed)) {
      this.end(now);
      return true;
    }
    this.setStatus('DELETING', now);
    this.countChange();
    return false;
  }

  /**
   * Ends the subscription: no resources are left.
   *
   * @throws SubscriptionAlreadyEnded
   */
  end(now: Date): void {
    this.endAs('DELETED', now);
  }

  /**
   * Abandons the subscription: its resources stay in AWS.
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

  /** @throws SubscriptionAlreadyEnded, SubscriptionBeingDeleted */
  refuseChange(): void {
    this.refuseIfEnded();
    if (this.status === 'DELETING') throw new SubscriptionBeingDeleted();
  }

  /** @throws SubscriptionAlreadyEnded, SubscriptionNotInError */
  refuseRetry(): void {
    this.refuseIfEnded();
    if (this.status !== 'ERROR') throw new SubscriptionNotInError();
  }

  /** @throws VersionConflict when the subscription has changed since `expected` was read */
  refuseStaleVersion(expected: number | null | undefined): void {
    if (expected != null && expected !== this.version) throw new VersionConflict(this.version);
  }

  private endAs(endReason: SubscriptionEndReason, now: Date): void {
    this.refuseIfEnded();
    this.setStatus('DELETED', now);
    this.countChange();
    Object.assign(this, { endReason, endedAt: now, activeAddressKey: null } satisfies Partial<Subscription>);
  }

  /** Whether a provisioner has to apply the change. */
  private isReconfiguredBy({ plan, tags }: SubscriptionChange): boolean {
    return (
      changedTo(normalizedPlan(plan), this.plan) !== this.plan ||
      (tags !== undefined && JSON.stringify(inOrder(tags)) !== JSON.stringify(this.tags))
    );
  }

  private configure({ name, plan, tags }: SubscriptionChange): void {
    const faults = [
      [name === undefined ? null : faultInName(name), 'name', 'The name'] as const,
      [plan == null ? null : faultInPlan(plan), 'plan', 'The plan'] as const,
      [tags === undefined ? null : faultInTags(tags), 'tags', 'The tags'] as const,
    ].flatMap(([fault, field, label]) => (fault ? [new InvalidField(['input', field], `${label} ${fault}.`)] : []));
    if (faults.length > 0) throw new InvalidInput(faults);

    Object.assign(this, {
      ...(name !== undefined && { name: normalizeName(name) }),
      plan: changedTo(normalizedPlan(plan), this.plan),
      ...(tags !== undefined && { tags: inOrder(tags) }),
    } satisfies Partial<Subscription>);
  }

  private setStatus(status: SubscriptionStatus, now: Date): void {
    Object.assign(this, {
      status,
      updatedAt: now,
      ...(status !== 'ERROR' && { failedKind: null, failureMessage: null }),
    } satisfies Partial<Subscription>);
  }

  private countChange(): void {
    Object.assign(this, { version: this.version + 1 } satisfies Partial<Subscription>);
  }
}

/** Subscription in a list. Tags are long, and are read only when they are selected. */
export type ListedSubscription = Omit<Subscription, 'tags'> & { readonly tags?: readonly Tag[] };

function normalizedPlan(plan: string | null | undefined): string | null | undefined {
  return plan == null ? plan : normalizeName(plan);
}

/** Tags are a set: their order has no meaning. */
function inOrder(tags: readonly Tag[]): Tag[] {
  return tags.map(({ key, value }) => ({ key, value })).sort((one, other) => (one.key < other.key ? -1 : 1));
}

function tagsFrom(text: string | null): Tag[] {
  return text === null ? [] : (JSON.parse(text) as Tag[]);
}

/** Database servers return a BIGINT as a string. */
function numberFrom(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}
