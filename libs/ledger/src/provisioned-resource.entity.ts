import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { DesiredAttributes } from './desired-attributes.js';
import type { ResourceArn } from './resource-arn.js';

/** What became of a resource. */
export const ResourceChangeKind = {
  PROVISIONED: 'PROVISIONED',
  CHANGED: 'CHANGED',
  REMOVED: 'REMOVED',
  ORPHANED: 'ORPHANED',
} as const;
export type ResourceChangeKind = keyof typeof ResourceChangeKind;

/** Whose a resource is, and where it stands. */
export interface ResourceOwner {
  readonly tenantId: number;
  readonly cloudAccountId: number;
  readonly subscriptionId: number;
}

/**
 * Something that was built for a subscription, and what it is to be: its row stays when it is gone. Each method gives back what
 * became of the resource, or null when that is nothing.
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

  /** Not read with a list: see {@link ListedResource}. */
  @Column('text', { select: false, transformer: { from: JSON.parse, to: JSON.stringify } })
  readonly attributes!: DesiredAttributes;

  @Column('datetime', { name: 'created_at', precision: 3 })
  readonly createdAt!: Date;

  @Column('datetime', { name: 'updated_at', precision: 3 })
  readonly updatedAt!: Date;

  /** Null while the resource exists. */
  @Column('datetime', { name: 'removed_at', precision: 3, nullable: true })
  readonly removedAt!: Date | null;

  /** When its account went and it stayed; null otherwise. */
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

  /** Whether the resource exists in AWS, as far as is known. */
  get exists(): boolean {
    return this.removedAt === null;
  }

  /** It is there, and to be so: what is not said stays as it was. One that was removed is there again, and somebody's. */
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

/** A resource as a list has it. Attributes can be long, and are read only where they are asked for. */
export type ListedResource = Omit<ProvisionedResource, 'attributes' | keyof Methods>;

type Methods = Pick<ProvisionedResource, 'exists' | 'report' | 'remove'>;

/** Alike for alike attributes, in whichever order they were said. */
function written(attributes: DesiredAttributes): string {
  return JSON.stringify(Object.entries(attributes).sort(([one], [other]) => (one < other ? -1 : 1)));
}
