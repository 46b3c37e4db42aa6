import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { DesiredAttributes } from './desired-attributes.js';
import type { ResourceArn } from './resource-arn.js';

/** Kind of change of a resource. */
export const ResourceChangeKind = {
  PROVISIONED: 'PROVISIONED',
  CHANGED: 'CHANGED',
  REMOVED: 'REMOVED',
  ORPHANED: 'ORPHANED',
} as const;
export type ResourceChangeKind = keyof typeof ResourceChangeKind;

/** Owner and location of a resource. */
export interface ResourceOwner {
  readonly tenantId: number;
  readonly cloudAccountId: number;
  readonly subscriptionId: number;
}

/**
 * Resource that was built for a subscription, with its expected attributes. The row is kept after the resource is
 * removed. Each method returns the kind of change, or null if nothing changed.
 */
@Entity('provisioned_resource')
export class ProvisionedResource {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('int', { name: 'subscription_id' })
  readonly subscriptionId!: number;

  @Column('varchar', { length: 255 })
  readonly arn!: string;

  @Column('varchar', { length: 32 })
  readonly kind!: string;

  @Column('varchar', { length: 32 })
  readonly region!: string;

  /** Not read with lists: see {@link ListedResource}. */
  @Column('text', { select: false, transformer: { from: JSON.parse, to: JSON.stringify } })
  readonly attributes!: DesiredAttributes;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  @Column('datetime', { name: 'updated_at', precision: 3 })
  readonly updatedAt!: Date;

  /** Null while the resource exists. */
  @Column('datetime', { name: 'removed_at', precision: 3, nullable: true })
  readonly removedAt!: Date | null;

  /** Time when its account was deleted and the resource was left in AWS. Null otherwise. */
  @Column('datetime', { name: 'orphaned_at', precision: 3, nullable: true })
  readonly orphanedAt!: Date | null;

  static create(
    owner: ResourceOwner,
    arn: string,
    { kind, region }: ResourceArn,
    attributes: DesiredAttributes,
    now: Date,
  ): ProvisionedResource {
    const { tenantId, cloudAccountId, subscriptionId } = owner;
    return Object.assign(new ProvisionedResource(), {
      ...{ tenantId, cloudAccountId, subscriptionId, arn, kind, region, attributes },
      createdAt: now,
      updatedAt: now,
      removedAt: null,
      orphanedAt: null,
    } satisfies Omit<ProvisionedResource, 'id' | keyof Methods>);
  }

  /** Whether the resource exists in AWS, as far as known. */
  get exists(): boolean {
    return this.removedAt === null;
  }

  /**
   * Stores a report that the resource exists. Omitted attributes are unchanged. A removed resource exists again, with
   * this owner.
   */
  report(owner: ResourceOwner, attributes: DesiredAttributes, now: Date): ResourceChangeKind | null {
    if (!this.exists) {
      const { subscriptionId } = owner;
      this.set({ subscriptionId, attributes, removedAt: null, createdAt: now, updatedAt: now });
      return 'PROVISIONED';
    }
    const wanted = { ...this.attributes, ...attributes };
    if (written(wanted) === written(this.attributes)) return null;
    this.set({ attributes: wanted, updatedAt: now });
    return 'CHANGED';
  }

  remove(now: Date): ResourceChangeKind | null {
    if (!this.exists) return null;
    this.set({ removedAt: now, updatedAt: now });
    return 'REMOVED';
  }

  private set(values: Partial<ProvisionedResource>): void {
    Object.assign(this, values);
  }
}

/** Resource in a list. Attributes can be long, and are read only when they are selected. */
export type ListedResource = Omit<ProvisionedResource, 'attributes' | keyof Methods>;

type Methods = Pick<ProvisionedResource, 'exists' | 'report' | 'remove'>;

/** Equal text for equal attributes, regardless of their order. */
function written(attributes: DesiredAttributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1)));
}
