import type { ProvisionedResource } from '#libs/ledger';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Difference, DriftKind } from './difference.js';
import { DriftFindingResolved } from './drift.errors.js';

/** Reason why a finding is resolved. */
export const DriftResolution = {
  REPAIRED: 'REPAIRED',
  SUPERSEDED: 'SUPERSEDED',
  RESOURCE_REMOVED: 'RESOURCE_REMOVED',
  MANUAL: 'MANUAL',
} as const;
export type DriftResolution = keyof typeof DriftResolution;

/** Difference between a resource and the ledger. A resource has at most one open finding of each kind. */
@Entity('drift_finding')
export class DriftFinding {
  @PrimaryGeneratedColumn({ type: 'int' })
  readonly id!: number;

  @Column('int', { name: 'tenant_id' })
  readonly tenantId!: number;

  @Column('int', { name: 'cloud_account_id' })
  readonly cloudAccountId!: number;

  @Column('int', { name: 'subscription_id' })
  readonly subscriptionId!: number;

  @Column('int', { name: 'resource_id' })
  readonly resourceId!: number;

  @Column('varchar', { length: 32 })
  readonly kind!: DriftKind;

  /** Missing values. Not read with lists: see {@link ListedFinding}. */
  @Column('text', { select: false, transformer: { from: JSON.parse, to: JSON.stringify } })
  readonly expected!: readonly string[];

  /** Unexpected values. Not read with lists. */
  @Column('text', { name: 'found', select: false, transformer: { from: JSON.parse, to: JSON.stringify } })
  readonly actual!: readonly string[];

  /** Time when a check first found the difference. */
  @Column('datetime', { name: 'since', precision: 3 })
  readonly detectedAt!: Date;

  /** Time when the difference last changed. */
  @Column('datetime', { name: 'changed_at', precision: 3 })
  readonly changedAt!: Date;

  @Column('datetime', { name: 'acknowledged_at', precision: 3, nullable: true })
  readonly acknowledgedAt!: Date | null;

  /** Name of the API key. */
  @Column('varchar', { name: 'acknowledged_by', length: 64, nullable: true })
  readonly acknowledgedBy!: string | null;

  /** Note of the last acknowledgement or resolution. */
  @Column('varchar', { length: 500, nullable: true })
  readonly note!: string | null;

  /** Null while the finding is open. */
  @Column('datetime', { name: 'resolved_at', precision: 3, nullable: true })
  readonly resolvedAt!: Date | null;

  @Column('varchar', { length: 16, nullable: true })
  readonly resolution!: DriftResolution | null;

  static of(resource: ProvisionedResource, { kind, expected, actual }: Difference, now: Date): DriftFinding {
    const { id: resourceId, tenantId, cloudAccountId, subscriptionId } = resource;
    return Object.assign(new DriftFinding(), {
      ...{ tenantId, cloudAccountId, subscriptionId, resourceId, kind, expected, actual },
      detectedAt: now,
      changedAt: now,
      acknowledgedAt: null,
      acknowledgedBy: null,
      note: null,
      resolvedAt: null,
      resolution: null,
    } satisfies Omit<DriftFinding, 'id' | keyof Methods>);
  }

  get isOpen(): boolean {
    return this.resolvedAt === null;
  }

  /** @throws DriftFindingResolved */
  refuseChange(): void {
    if (!this.isOpen) throw new DriftFindingResolved();
  }

  /** Updates the difference. A changed difference is no longer acknowledged. @returns whether it changed */
  update({ expected, actual }: Difference, now: Date): boolean {
    if (same(expected, this.expected) && same(actual, this.actual)) return false;
    this.set({ expected, actual, changedAt: now, acknowledgedAt: null, acknowledgedBy: null });
    return true;
  }

  acknowledge(by: string, note: string | null, now: Date): void {
    this.set({ acknowledgedAt: now, acknowledgedBy: by, note: note ?? this.note });
  }

  resolve(resolution: DriftResolution, now: Date, note: string | null = null): void {
    this.set({ resolution, resolvedAt: now, note: note ?? this.note });
  }

  private set(values: Partial<DriftFinding>): void {
    Object.assign(this, values);
  }
}

/** Missing and unexpected values. */
export type DriftLines = Pick<DriftFinding, 'expected' | 'actual'>;

/** Finding in a list. Its lines can be long, and are read only when they are selected. */
export type ListedFinding = Omit<DriftFinding, keyof DriftLines | 'update'> & Partial<DriftLines>;

type Methods = Pick<DriftFinding, 'isOpen' | 'refuseChange' | 'update' | 'acknowledge' | 'resolve'>;

const same = (one: readonly string[], other: readonly string[]) => JSON.stringify(one) === JSON.stringify(other);
