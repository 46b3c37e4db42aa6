import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import type { BetterSqlite3Driver } from 'typeorm/driver/better-sqlite3/BetterSqlite3Driver.js';
import { BetterSqlite3QueryRunner } from 'typeorm/driver/better-sqlite3/BetterSqlite3QueryRunner.js';
import { isTurnOver, nextTurn } from '#libs/kernel';
import type { EmbeddedSqlite } from './embedded-sqlite.js';
import { failureOf } from './failure.js';

/** Transaction of the current asynchronous context, on any kind of database, and its time. */
export const currentTransaction = new AsyncLocalStorage<{ readonly manager: EntityManager; readonly now: Date }>();

/** Mutex with a first-come, first-served queue. */
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
 * Retries while another process writes. SQLite's own wait would block the whole process.
 *
 * @throws the error of the last attempt, after 5 s
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
 * Serializes transactions on the single connection of SQLite.
 *
 * TypeORM gives every caller the same query runner with one transaction flag: a second concurrent transaction fails and
 * then commits or rolls back the first, and a plain statement joins whatever transaction is open. Here each runner has
 * its own state and keeps the connection from BEGIN to COMMIT, while all others wait. Transactions begin with
 * IMMEDIATE, so they wait for a write of another process at the start instead of failing later.
 */
export function serializeSqlite(dataSource: DataSource): DataSource {
  const driver = dataSource.driver as BetterSqlite3Driver;
  const mutex = new Mutex();
  const connection = () => driver.databaseConnection as EmbeddedSqlite;
  // Prepared statements belong to one connection: runners share them, but not across destroy() and initialize().
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
      // Statements complete synchronously: without a pause, a long sequence would block the event loop.
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
        // SQLite itself ends a transaction after some errors, such as a full disk. Then there is nothing to roll back.
        if (connection().inTransaction) await super.rollbackTransaction();
      } finally {
        if (!connection().inTransaction) this.end();
      }
    }

    override async release(): Promise<void> {
      try {
        if (this.unlock && connection().inTransaction) connection().exec('ROLLBACK');
      } finally {
        // In any case: others wait for the connection.
        this.end();
        await super.release();
      }
    }

    private acquire(): Promise<() => void> {
      const inside = currentTransaction.getStore()?.manager.queryRunner;
      if (inside && inside !== (this as unknown) && (inside as unknown as SerializedQueryRunner).unlock) {
        throw new Error('A query beside the current transaction would wait for that transaction forever.');
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
