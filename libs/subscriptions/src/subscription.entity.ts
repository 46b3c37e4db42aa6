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

/** How a subscription ended: taken down, or given up with whatever stood of it. */
export const SubscriptionEndReason = { DELETED: 'DELETED', ABANDONED: 'ABANDONED' } as const;
export type SubscriptionEndReason = keyof typeof SubscriptionEndReason;

/**
 * The one meaning of *active*: a subscription keeps its account from being deleted unless it is DELETED. By exclusion, so
 * that a status nobody thought of yet blocks. The column `active_cloud_account_id` says it in SQL.
 */
export const isActiveStatus = (status: SubscriptionStatus): boolean => status !== SubscriptionStatus.DELETED;

/** What a subscription is while something that failed is tried again. */
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
  /** What the vendor is to build; the vendor knows what it means. */
  readonly plan?: string | null;
  /** The addresses it is built with, in canonical form; the vendor chooses them when there are none. */
  readonly deploymentCidr?: string | null;
  /** A VPC of the customer's that it is built in; one of its own when there is none. */
  readonly vpcId?: string | null;
  readonly tags?: readonly Tag[] | null;
}

/** A change of a subscription. A field left out is unchanged. */
export interface SubscriptionChange {
  readonly name?: string;
  /** Null: no plan. */
  readonly plan?: string | null;
  readonly tags?: readonly Tag[];
}

/** What has to be done before the account of a subscription can be deleted. */
const beforeDeletion: Readonly<Record<SubscriptionStatus, string>> = {
  PENDING: 'End it with `deleteSubscription`.',
  ACTIVE: 'End it with `deleteSubscription` and wait until it is DELETED.',
  CHANGE_PENDING: 'End it with `deleteSubscription`, which stops the change, and wait until it is DELETED.',
  DELETING: 'Wait until it is DELETED. Its resources are being removed.',
  ERROR: 'Retry it with `retrySubscription`, or end it with `deleteSubscription` and wait until it is DELETED.',
  DELETED: 'No action is needed.',
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

  @Column('varchar', { length: 64, nullable: true })
  readonly plan!: string | null;

  @Column('varchar', { name: 'deployment_cidr', length: 18, nullable: true })
  readonly deploymentCidr!: string | null;

  /** The addresses as a number to find overlaps by, which stands for them only while it is active: null once it has ended. */
  @Column('bigint', {
    name: 'active_address_key',
    nullable: true,
    transformer: { from: numberFrom, to: (key: unknown) => key },
  })
  readonly activeAddressKey!: number | null;

  @Column('varchar', { name: 'vpc_id', length: 32, nullable: true })
  readonly vpcId!: string | null;

  /** In the order of their keys. Not read with a list: see {@link ListedSubscription}. */
  @Column('text', { nullable: true, select: false, transformer: { from: tagsFrom, to: JSON.stringify } })
  readonly tags!: readonly Tag[];

  /** What failed; null unless it is in ERROR. */
  @Column('varchar', { name: 'failed_kind', length: 16, nullable: true })
  readonly failedKind!: ProvisioningKind | null;

  /** Why, as the provisioner says. */
  @Column('varchar', { name: 'failure_message', length: 500, nullable: true })
  readonly failureMessage!: string | null;

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

  /** Null once nothing of it is left to be careful with. */
  get provisionedResourcesWarning(): string | null {
    return this.isActive ? provisionedResourcesWarning : null;
  }

  /** Wanted from now on; building it is a provisioner's. */
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

  /** Whether it keeps its account from being deleted. */
  get isActive(): boolean {
    return isActiveStatus(this.status);
  }

  /** What has to be done before its account can be deleted, as a sentence. */
  get requiredAction(): string {
    return beforeDeletion[this.status];
  }

  /**
   * Everything one request changes, as one new version.
   *
   * @param work what a provisioner has to do for it, if anything
   * @returns whether it runs and is to be changed, which is a provisioner's from now on
   * @throws SubscriptionAlreadyEnded, SubscriptionBeingDeleted
   * @throws SubscriptionInError, SubscriptionBusy unless it is the name alone
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
   * What was to be built, or changed, is there.
   *
   * @throws SubscriptionAlreadyEnded, SubscriptionBeingDeleted
   */
  completeWork(now: Date): void {
    this.refuseChange();
    this.setStatus('ACTIVE', now);
  }

  /**
   * What of it stands is not known.
   *
   * @param message why, for the customer
   * @throws SubscriptionAlreadyEnded
   */
  failWork(kind: ProvisioningKind, message: string, now: Date): void {
    this.refuseIfEnded();
    this.setStatus('ERROR', now);
    Object.assign(this, { failedKind: kind, failureMessage: message } satisfies Partial<Subscription>);
  }

  /**
   * What failed is to be tried again.
   *
   * @returns what that is
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
   * It is wanted no more. What nobody has begun to build has ended with that; all else is to be taken down.
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
   * Nothing stands of it any more.
   *
   * @throws SubscriptionAlreadyEnded
   */
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

  /** @throws VersionConflict when somebody changed the subscription since `expected` was read */
  refuseStaleVersion(expected: number | null | undefined): void {
    if (expected != null && expected !== this.version) throw new VersionConflict(this.version);
  }

  private endAs(endReason: SubscriptionEndReason, now: Date): void {
    this.refuseIfEnded();
    this.setStatus('DELETED', now);
    this.countChange();
    Object.assign(this, { endReason, endedAt: now, activeAddressKey: null } satisfies Partial<Subscription>);
  }

  /** Whether a provisioner would have to do something for it. */
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

/** A subscription as a list has it. Tags are long, and are read only where they are asked for. */
export type ListedSubscription = Omit<Subscription, 'tags'> & { readonly tags?: readonly Tag[] };

function normalizedPlan(plan: string | null | undefined): string | null | undefined {
  return plan == null ? plan : normalizeName(plan);
}

/** Tags are a set: their order says nothing. */
function inOrder(tags: readonly Tag[]): Tag[] {
  return tags.map(({ key, value }) => ({ key, value })).sort((one, other) => (one.key < other.key ? -1 : 1));
}

function tagsFrom(text: string | null): Tag[] {
  return text === null ? [] : (JSON.parse(text) as Tag[]);
}

/** Servers give a BIGINT as a text. */
function numberFrom(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}
