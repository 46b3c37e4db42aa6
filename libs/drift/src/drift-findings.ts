import type { Held, Page, PageRequest } from '#libs/kernel';
import type { DriftKind } from './difference.js';
import type { DriftFinding, DriftLines, ListedFinding } from './drift-finding.entity.js';

/** Which findings of a tenant. */
export interface DriftFindingFilter {
  readonly cloudAccountId?: number | null;
  readonly subscriptionId?: number | null;
  readonly kind?: DriftKind | null;
  /** Those that are open, or those that are not. */
  readonly isOpen?: boolean | null;
}

/** All findings there ever were, as the domain sees them: a collection. They go with their account. */
export abstract class DriftFindings {
  abstract findMany(tenantId: number, ids: readonly number[]): Promise<ListedFinding[]>;

  /** The lines of some findings, by id. */
  abstract linesOf(tenantId: number, ids: readonly number[]): Promise<ReadonlyMap<number, DriftLines>>;

  /** Finds one and keeps other units of work away from it until ours ends. */
  abstract hold(tenantId: number, id: number): Promise<Held<DriftFinding> | null>;

  abstract list(
    tenantId: number,
    filter: DriftFindingFilter,
    page: PageRequest<'DETECTED_AT'>,
  ): Promise<Page<ListedFinding>>;
  abstract count(tenantId: number, filter: DriftFindingFilter): Promise<number>;

  /** The open ones of some resources, held. */
  abstract holdOpenOf(resourceIds: readonly number[]): Promise<Held<DriftFinding>[]>;

  /** Open ones in an account, held, whose resource is not expected there any more. */
  abstract holdNotExpected(cloudAccountId: number, limit: number): Promise<Held<DriftFinding>[]>;

  /** How many are open, by account; those with none are not in it. */
  abstract countOpen(cloudAccountIds: readonly number[]): Promise<ReadonlyMap<number, number>>;

  abstract add(finding: DriftFinding): Promise<Held<DriftFinding>>;

  abstract update(finding: Held<DriftFinding>): Promise<void>;
}
