import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { DesiredAttributes } from './desired-attributes.js';
import type { ProvisionedResource, ResourceChangeKind } from './provisioned-resource.entity.js';

/** Entry in the history of a resource. Append-only. */
@Entity('resource_change')
export class ResourceChange {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'resource_id' })
  readonly resourceId!: number;

  @Column('varchar', { length: 16 })
  readonly kind!: ResourceChangeKind;

  /** Expected attributes from then on. Not read with a history: see {@link ListedChange}. */
  @Column('text', { select: false, transformer: { from: JSON.parse, to: JSON.stringify } })
  readonly attributes!: DesiredAttributes;

  @Column('datetime', { name: 'at', precision: 3 })
  readonly changedAt!: Date;

  static of(
    { id: resourceId, attributes }: ProvisionedResource,
    kind: ResourceChangeKind,
    changedAt: Date,
  ): ResourceChange {
    return Object.assign(new ResourceChange(), { resourceId, kind, attributes, changedAt });
  }
}

/** Change in a history, without attributes, like {@link ListedResource}. */
export type ListedChange = Omit<ResourceChange, 'attributes'>;
