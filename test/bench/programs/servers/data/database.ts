import { DatabaseSync, type StatementSync } from 'node:sqlite';
import mysql, { type Pool, type PoolConnection, type ResultSetHeader } from 'mysql2';
import { settings } from './settings.js';

type Value = number | string | Date | null;
type Rows<Row> = Promise<Row[]> | Row[];

/** Runs prepared statements, which both databases read: `?` for each value. */
export interface Statements {
  query<Row>(sql: string, values: readonly Value[]): Rows<Row>;
  /** @returns the id of the row that was inserted */
  run(sql: string, values: readonly Value[]): Promise<number> | number;
  /** The end of a SELECT that holds its row. */
  readonly forUpdate: string;
}

export interface Database extends Statements {
  transaction<T>(work: (statements: Statements) => Promise<T>): Promise<T>;
  /** SQL: ids, statuses and names of the newest subscriptions of an account `c` as one text; it has a `?` for the tenant. */
  newestSubscriptions(count: number): string;
}

const ofAccount = 'FROM subscription s WHERE s.tenant_id = ? AND s.cloud_account_id = c.id';

/** Separates subscriptions in their text: no name has it. */
const separator = '\x1e';

type Executing = Pick<Pool | PoolConnection, 'execute'>;

const execute = (on: Executing, sql: string, values: readonly Value[]) =>
  new Promise<unknown>((resolve, reject) =>
    on.execute(sql, [...values], (error, result) => (error ? reject(error) : resolve(result))),
  );

const statementsOn = (on: Executing): Statements => ({
  forUpdate: ' FOR UPDATE',
  query: <Row>(sql: string, values: readonly Value[]) => execute(on, sql, values) as Promise<Row[]>,
  run: async (sql, values) => ((await execute(on, sql, values)) as ResultSetHeader).insertId,
});

function mariaDb(uri: string): Database {
  const pool = mysql.createPool({
    uri,
    connectionLimit: 10,
    maxIdle: 10,
    timezone: 'Z',
    charset: 'utf8mb4',
    enableKeepAlive: true,
    maxPreparedStatements: 500,
  });
  const connected = () =>
    new Promise<PoolConnection>((resolve, reject) =>
      pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection))),
    );
  return {
    ...statementsOn(pool),
    newestSubscriptions: (count) =>
      `(SELECT GROUP_CONCAT(s.id, ':', s.status, ':', s.name ORDER BY s.created_at DESC, s.id DESC SEPARATOR '${separator}' LIMIT ${count}) ${ofAccount})`,
    transaction: async (work) => {
      const connection = await connected();
      const say = (sql: string) =>
        new Promise<void>((resolve, reject) => connection.query(sql, (error) => (error ? reject(error) : resolve())));
      try {
        await say('SET TRANSACTION ISOLATION LEVEL READ COMMITTED');
        await say('START TRANSACTION');
        const result = await work(statementsOn(connection));
        await say('COMMIT');
        return result;
      } catch (error) {
        await say('ROLLBACK');
        throw error;
      } finally {
        connection.release();
      }
    },
  };
}

function sqlite(file: string): Database {
  const database = new DatabaseSync(file);
  for (const pragma of ['cache_size = -16000', 'journal_mode = WAL', 'synchronous = FULL', 'secure_delete = ON'])
    database.exec(`PRAGMA ${pragma}`);
  const prepared = new Map<string, StatementSync>();
  const statement = (sql: string) => {
    let found = prepared.get(sql);
    if (!found) prepared.set(sql, (found = database.prepare(sql)));
    return found;
  };
  const plain = (values: readonly Value[]) =>
    values.map((value) => (value instanceof Date ? value.toISOString().slice(0, 23).replace('T', ' ') : value));
  const statements: Statements = {
    forUpdate: '',
    query: <Row>(sql: string, values: readonly Value[]) => statement(sql).all(...plain(values)) as Row[],
    run: (sql, values) => Number(statement(sql).run(...plain(values)).lastInsertRowid),
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    ...statements,
    newestSubscriptions: (count) =>
      `(SELECT group_concat(item, '${separator}') FROM (SELECT s.id || ':' || s.status || ':' || s.name AS item ${ofAccount} ORDER BY s.created_at DESC, s.id DESC LIMIT ${count}))`,
    // One after the other: there is one connection.
    transaction: (work) => {
      const ours = last.then(async () => {
        database.exec('BEGIN IMMEDIATE');
        try {
          const result = await work(statements);
          database.exec('COMMIT');
          return result;
        } catch (error) {
          database.exec('ROLLBACK');
          throw error;
        }
      });
      last = ours.catch(() => undefined);
      return ours;
    },
  };
}

export const database = settings.databaseUrl ? mariaDb(settings.databaseUrl) : sqlite(settings.sqliteFile!);
