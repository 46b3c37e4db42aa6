import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { failureOf } from './failure.js';
import { where } from './rows.js';
import type { Transactions } from './transactions.js';

/** Row that processes work on under a lease: columns `next_attempt_at`, `lease_owner` and `lease_until`. */
export interface Leased {
  /** Time when the row is due. Null when there is nothing to do. */
  nextAttemptAt: Date | null;
  /** Holder of the lease: a new name for each claim, to distinguish old and new holders. */
  leaseOwner: string | null;
  leaseUntil: Date | null;
}

export interface Claiming {
  readonly now: Date;
  /** Unique name of this claim. */
  readonly owner: string;
  /** End of the lease. */
  readonly until: Date;
  readonly limit: number;
}

/**
 * Claims due rows without a valid lease, longest overdue first. Several processes can claim concurrently: each row is
 * claimed by one of them. A row that loses a deadlock is left for the next claim.
 *
 * Must not be called in a unit of work: a deadlock would roll it back.
 */
export async function claimDue<E extends Leased & ObjectLiteral>(
  transactions: Transactions,
  entity: EntityTarget<E>,
  { now, owner, until, limit }: Claiming,
): Promise<E[]> {
  const rows = transactions.repository(entity);
  const [idColumn] = rows.metadata.primaryColumns;
  const id = idColumn!.propertyName;
  const free = 'next_attempt_at <= ? AND (lease_until IS NULL OR lease_until <= ?)';
  const due = await transactions.rows(entity).find(where(free, now, now), { orderBy: 'next_attempt_at', limit });
  const claimed: E[] = [];
  for (const row of due) {
    // No lock is needed: the second of two concurrent updates finds the lease taken.
    const { affected } = await rows
      .createQueryBuilder()
      .update()
      .set({ leaseOwner: owner, leaseUntil: until } as never)
      .where(`${idColumn!.databasePath} = :id`, { id: row[id] as unknown })
      .andWhere('next_attempt_at <= :now AND (lease_until IS NULL OR lease_until <= :now)', { now })
      .execute()
      .catch(unlessBusy);
    if (affected) claimed.push(Object.assign(row, { leaseOwner: owner, leaseUntil: until }));
  }
  return claimed;
}

/** Rows that are due and not claimed. */
export interface Due {
  readonly count: number;
  /** Earliest due time. */
  readonly oldest: Date | null;
}

/** Counts the rows that are due and not claimed, in a table with the columns of `Leased`. */
export async function dueIn(transactions: Transactions, entity: EntityTarget<ObjectLiteral>, now: Date): Promise<Due> {
  const rows = transactions.repository(entity);
  const found = await rows
    .createQueryBuilder('row')
    .select('COUNT(*)', 'count')
    .addSelect('MIN(row.nextAttemptAt)', 'oldest')
    .where('row.nextAttemptAt <= :now AND (row.leaseUntil IS NULL OR row.leaseUntil <= :now)', { now })
    .getRawOne<{ count: number | string; oldest: Date | string | null }>();
  const oldest = found?.oldest ?? null;
  return {
    count: Number(found?.count ?? 0),
    // SQLite has no type for times.
    oldest: typeof oldest === 'string' ? new Date(`${oldest.replace(' ', 'T')}Z`) : oldest,
  };
}

/** The statement lost a deadlock or waited too long for a lock. Nothing was changed. */
function unlessBusy(error: unknown): { affected: number } {
  if (failureOf(error) === 'busy') return { affected: 0 };
  throw error;
}
