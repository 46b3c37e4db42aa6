import { setTimeout as wait } from 'node:timers/promises';
import { UnitOfWork, type Clock } from '#libs/kernel';
import type { DataSource, EntityManager, EntityTarget, ObjectLiteral, Repository } from 'typeorm';
import { failureOf, isLostConnection, refusalOf } from './failure.js';
import { Rows } from './rows.js';
import { currentTransaction } from './serialized-sqlite.js';

const attempts = 5;
/** No attempt is begun after so long, in milliseconds. */
const patience = 10_000;

/**
 * The unit of work as a database transaction, carried along the chain of calls.
 *
 * MySQL and MariaDB: READ COMMITTED with explicit row locks. SQLite: one transaction at a time.
 */
export class Transactions extends UnitOfWork {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {
    super();
  }

  /**
   * Runs `work` again, from its beginning, when the database made it the loser of a deadlock, or the connection broke while
   * nothing had been committed: so `work` must do nothing that a rollback does not undo. A connection that breaks while the
   * end is being committed leaves open whether it was: that is told, and never tried again.
   *
   * @throws DatabaseBusy when it lost every time; nothing was changed
   * @throws DatabaseUnavailable when the connection broke, or the database cannot write
   */
  async run<T>(work: (now: Date) => Promise<T>): Promise<T> {
    const current = currentTransaction.getStore();
    if (current) return work(current.now);

    const started = performance.now();
    for (let attempt = 1; ; attempt++) {
      let isToBeCommitted = false;
      try {
        return await this.transaction(async (manager) => {
          const now = this.clock.now();
          const result = await currentTransaction.run({ manager, now }, () => work(now));
          isToBeCommitted = true;
          return result;
        });
      } catch (error) {
        const isLast = attempt === attempts || performance.now() - started > patience;
        const isUndone = failureOf(error) === 'busy' || (isLostConnection(error) && !isToBeCommitted);
        if (!isUndone || isLast) throw refusalOf(error) ?? error;
        await wait(Math.random() * 20 * 2 ** attempt);
      }
    }
  }

  /** Bound to the transaction in progress; to the connection pool when there is none. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.manager.getRepository(entity);
  }

  /** The rows of an entity, to be read in the transaction in progress, or outside of any. */
  rows<E extends ObjectLiteral>(entity: EntityTarget<E>): Rows<E> {
    return new Rows(this, this.dataSource, entity);
  }

  /** A statement with `?` for each parameter, which both kinds of database read. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.manager.query<Row[]>(sql, [...parameters]);
  }

  /**
   * The lock option of a find that holds its rows. SQLite needs none: there the transaction itself is exclusive.
   *
   * @throws Error outside a unit of work, where a lock would be let go at once
   */
  get forUpdate(): { lock: { mode: 'pessimistic_write' } } | Record<string, never> {
    if (!currentTransaction.getStore()) throw new Error('Rows can be held only inside a unit of work.');
    return this.isSqlite ? {} : { lock: { mode: 'pessimistic_write' } };
  }

  get isSqlite(): boolean {
    return this.dataSource.options.type === 'better-sqlite3';
  }

  private get manager(): EntityManager {
    return currentTransaction.getStore()?.manager ?? this.dataSource.manager;
  }

  private transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.isSqlite ? this.dataSource.transaction(work) : this.dataSource.transaction('READ COMMITTED', work);
  }
}
