import { setTimeout as wait } from 'node:timers/promises';
import { UnitOfWork, type Clock } from '#libs/kernel';
import type { DataSource, EntityManager, EntityTarget, ObjectLiteral, Repository } from 'typeorm';
import { failureOf, isLostConnection, refusalOf } from './failure.js';
import { Rows, sqliteValue } from './rows.js';
import { currentTransaction } from './serialized-sqlite.js';

const attempts = 5;
/** Time after which no further attempt starts, in milliseconds. */
const patience = 10_000;

/**
 * Unit of work as a database transaction of the asynchronous context.
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
   * Runs `work` again from the beginning after a deadlock, or if the connection was lost before anything was committed.
   * So `work` must not have effects that a rollback does not undo. If the connection is lost during the commit, the
   * result is unknown: this is reported and never retried.
   *
   * @throws DatabaseBusy when every attempt failed; nothing was changed
   * @throws DatabaseUnavailable when the connection was lost, or the database cannot write
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

  /** Uses the current transaction, or the connection pool when there is none. */
  repository<E extends ObjectLiteral>(entity: EntityTarget<E>): Repository<E> {
    return this.manager.getRepository(entity);
  }

  /** Rows of an entity, read in the current transaction or without one. */
  rows<E extends ObjectLiteral>(entity: EntityTarget<E>): Rows<E> {
    return new Rows(this, this.dataSource, entity);
  }

  /** Statement with `?` for each parameter, in SQL that all databases support. */
  async query<Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.manager.query<Row[]>(sql, this.isSqlite ? parameters.map(sqliteValue) : [...parameters]);
  }

  /**
   * Option of TypeORM that locks found rows. Empty for SQLite, where a transaction is exclusive.
   *
   * @throws Error outside a unit of work, where a lock would be released immediately
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
    return this.dataSource.transaction(work); // with the isolation level of the session
  }
}
