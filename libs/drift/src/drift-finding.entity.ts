import type { ProvisionedResource } from '#libs/ledger';
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { Difference, DriftKind } from './difference.js';
import { DriftFindingResolved } from './drift.errors.js';

/** Why a finding is none any more. */
export const DriftResolution = {
  REPAIRED: 'REPAIRED',
  SUPERSEDED: 'SUPERSEDED',
  RESOURCE_REMOVED: 'RESOURCE_REMOVED',
  MANUAL: 'MANUAL',
} as const;
export type DriftResolution = keyof typeof DriftResolution;

/** Something in a customer's account is not as the ledger wants it. Of each resource there is one open finding of a kind. */
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

  /** What is to be there, and is not. Not read with a list: see {@link ListedFinding}. */
  @Column('text', { select: false, transformer: { from: JSON.parse, to: JSON.stringify } })
  readonly expected!: readonly string[];

  /** What is there, and is not to be. Not read with a list. */
  @Column('text', { name: 'found', select: false, transformer: { from: JSON.parse, to: JSON.stringify } })
  readonly actual!: readonly string[];

  /** When a check met it first. */
  @Column('datetime', { name: 'since', precision: 3 })
  readonly detectedAt!: Date;

  /** When it last became another difference of the same kind. */
  @Column('datetime', { name: 'changed_at', precision: 3 })
  readonly changedAt!: Date;

  @Column('datetime', { name: 'acknowledged_at', precision: 3, nullable: true })
  readonly acknowledgedAt!: Date | null;

  /** The name of the API key. */
  @Column('varchar', { name: 'acknowledged_by', length: 64, nullable: true })
  readonly acknowledgedBy!: string | null;

  /** What whoever acknowledged or resolved it last had to say. */
  @Column('varchar', { length: 500, nullable: true })
  readonly note!: string | null;

  /** Null while it is open. */
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

  /** Whether the difference is another one than is known: then nobody has acknowledged it any more. */
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

/** What is to be there and is not, and what is there and is not to be. */
export type DriftLines = Pick<DriftFinding, 'expected' | 'actual'>;

/** A finding as a list has it. Its lines can be long, and are read only where they are asked for. */
export type ListedFinding = Omit<DriftFinding, keyof DriftLines | 'update'> & Partial<DriftLines>;

type Methods = Pick<DriftFinding, 'isOpen' | 'refuseChange' | 'update' | 'acknowledge' | 'resolve'>;

const same = (one: readonly string[], other: readonly string[]) => JSON.stringify(one) === JSON.stringify(other);
