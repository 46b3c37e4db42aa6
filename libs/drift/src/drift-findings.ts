import type { Held, Page, PageRequest } from '#libs/kernel';
import type { DriftKind } from './difference.js';
import type { DriftFinding, DriftLines, ListedFinding } from './drift-finding.entity.js';

/** Filter for findings of a tenant. */
export interface DriftFindingFilter {
  readonly cloudAccountId?: number | null;
  readonly subscriptionId?: number | null;
  readonly kind?: DriftKind | null;
  /** True: only open findings. False: only resolved ones. */
  readonly isOpen?: boolean | null;
}

/** Collection of all findings, including resolved ones. They are deleted with their account. */
export abstract class DriftFindings {
  abstract findMany(tenantId: number, ids: readonly number[]): Promise<ListedFinding[]>;

  /** Lines of findings by ID. */
  abstract linesOf(tenantId: number, ids: readonly number[]): Promise<ReadonlyMap<number, DriftLines>>;

  /** Finds and locks a finding until the unit of work ends. */
  abstract hold(tenantId: number, id: number): Promise<Held<DriftFinding> | null>;

  abstract list(
    tenantId: number,
    filter: DriftFindingFilter,
    page: PageRequest<'DETECTED_AT'>,
  ): Promise<Page<ListedFinding>>;
  abstract count(tenantId: number, filter: DriftFindingFilter): Promise<number>;

  /** Open findings of these resources, locked. */
  abstract holdOpenOf(resourceIds: readonly number[]): Promise<Held<DriftFinding>[]>;

  /** Open findings in an account whose resource is no longer expected, locked. */
  abstract holdNotExpected(cloudAccountId: number, limit: number): Promise<Held<DriftFinding>[]>;

  /** Number of open findings by account. Accounts without any are omitted. */
  abstract countOpen(cloudAccountIds: readonly number[]): Promise<ReadonlyMap<number, number>>;

  abstract add(finding: DriftFinding): Promise<Held<DriftFinding>>;

  abstract update(finding: Held<DriftFinding>): Promise<void>;
}
