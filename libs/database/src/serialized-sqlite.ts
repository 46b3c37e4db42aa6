import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { isTurnOver, nextTurn } from '#libs/kernel';
import type { EmbeddedSqlite } from './embedded-sqlite.js';
import { failureOf } from './failure.js';

/** The transaction that the running chain of calls is in, on whatever database, and its moment. */
export const currentTransaction = new AsyncLocalStorage<{ readonly manager: EntityManager; readonly now: Date }>();

/** First come, first served: one holder at a time. */
class Mutex {
  private tail: Promise<void> = Promise.resolve();

  acquire(): Promise<() => void> {
    let release!: () => void;
    const next = new Promise<void>((resolve) => (release = resolve));
    const ready = this.tail.then(() => release);
    this.tail = this.tail.then(() => next);
    return ready;
  }
}

const patience = 5000;

/**
 * Tries again while another process writes. The wait is ours, because SQLite's own would stop the whole process.
 *
 * @throws whatever the last attempt failed of, after 5 s
 */
async function whenNotBusy<T>(attempt: () => Promise<T>): Promise<T> {
  for (const started = performance.now(); ;) {
    try {
      return await attempt();
    } catch (error) {
      if (failureOf(error) !== 'busy' || performance.now() - started > patience) throw error;
      await wait(10 + Math.random() * 20);
    }
  }
}

/**
 * Lets transactions on SQLite's one connection run one after the other.
 *
 * TypeORM hands every caller the same query runner with one transaction flag: a second transaction started meanwhile
 * fails and then commits or rolls back the first, and a plain statement joins whatever transaction happens to be open.
 * Here each runner has a state of its own, holds the connection from BEGIN to COMMIT, and everybody else waits.
 * Transactions begin IMMEDIATE, so that another process's write is waited for at the start instead of failing halfway.
 */
export function serializeSqlite(dataSource: DataSource): DataSource {
  const driver = dataSource.driver as BetterSqlite3Driver;
  const mutex = new Mutex();
  const connection = () => driver.databaseConnection as EmbeddedSqlite;
  // Prepared statements belong to one connection: shared between runners, but not across destroy() and initialize().
  const statements = new WeakMap<object, Map<string, unknown>>();

  class SerializedQueryRunner extends BetterSqlite3QueryRunner {
    private unlock: (() => void) | undefined;

    constructor() {
      super(driver);
      const key = driver.databaseConnection as object | undefined;
      if (!key) return;
      const shared = statements.get(key) ?? new Map<string, unknown>();
      statements.set(key, shared);
      (this as unknown as { stmtCache: Map<string, unknown> }).stmtCache = shared;
    }

    override async query(sql: string, ...rest: unknown[]): Promise<never> {
      // Statements are answered at once: without a pause, a chain of many would keep the event loop.
      if (isTurnOver()) await nextTurn();
      const query = (text: string) => super.query(text, ...(rest as [])) as Promise<never>;
      if (this.unlock) return query(sql === 'BEGIN TRANSACTION' ? 'BEGIN IMMEDIATE' : sql);

      const release = await this.acquire();
      try {
        return await whenNotBusy(() => query(sql));
      } finally {
        release();
      }
    }

    override async startTransaction(): Promise<void> {
      if (this.unlock) return super.startTransaction();

      this.unlock = await this.acquire();
      try {
        await whenNotBusy(async () => {
          this.isTransactionActive = false;
          await super.startTransaction();
        });
      } catch (error) {
        this.end();
        throw error;
      }
    }

    override async commitTransaction(): Promise<void> {
      await super.commitTransaction();
      if (!this.isTransactionActive) this.end();
    }

    override async rollbackTransaction(): Promise<void> {
      try {
        // SQLite itself ends a transaction in which, say, the disk ran full: then nothing is left to roll back.
        if (connection().inTransaction) await super.rollbackTransaction();
      } finally {
        if (!connection().inTransaction) this.end();
      }
    }

    override async release(): Promise<void> {
      try {
        if (this.unlock && connection().inTransaction) connection().exec('ROLLBACK');
      } finally {
        // Whatever happened: somebody waits for the connection.
        this.end();
        await super.release();
      }
    }

    private acquire(): Promise<() => void> {
      const inside = currentTransaction.getStore()?.manager.queryRunner;
      if (inside && inside !== (this as unknown) && (inside as unknown as SerializedQueryRunner).unlock) {
        throw new Error('A query beside the current transaction would wait for that transaction for ever.');
      }
      return mutex.acquire();
    }

    private end(): void {
      const { unlock } = this;
      if (!unlock) return;
      this.unlock = undefined;
      this.isTransactionActive = false;
      this.transactionDepth = 0;
      unlock();
    }
  }

  driver.createQueryRunner = () => new SerializedQueryRunner();
  return dataSource;
}
