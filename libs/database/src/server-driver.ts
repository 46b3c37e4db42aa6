import type mysql from 'mysql2';
import type { Connection, Pool, PoolConnection, PoolOptions } from 'mysql2';
import { LRUCache } from 'lru-cache';
import { DatabaseUnusable } from './database.errors.js';
import { failureOf } from './failure.js';

/** mysql2. The module is loaded only if the database is a server. */
export type Mysql = typeof mysql;

export const loadMysql = async (): Promise<Mysql> => (await import('mysql2')).default;

/** Strict, the same on every server, and without modes that change how SQL text is parsed. */
const sqlMode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

/** Options of mysql2 for every connection. */
export const connectionSettings = {
  charset: 'utf8mb4',
  timezone: 'Z',
  trace: false, // stack traces are slow to create, and failure.ts translates the errors
  // Ten connections of a process use at most 1,500 of the 16,382 prepared statements that a server allows by default.
  maxPreparedStatements: 150,
  /** mysql2 calls this to write values into the text of a statement. */
  queryFormat: (sql: string, values: unknown): string => {
    if (Array.isArray(values) ? values.length > 0 : values) throw new Error('Values must be parameters.');
    return sql;
  },
};

/**
 * Replacement for the module `mysql2` in TypeORM. Each connection of its pools has the session settings of the gateway
 * before its first statement, and sends every value as a parameter of a prepared statement.
 */
export class ServerDriver {
  private lockWait: number | null = null;
  private readonly pools: Pool[] = [];

  constructor(private readonly mysql: Mysql) {}

  createPool(options: PoolOptions): Pool {
    const pool = this.mysql.createPool(options);
    this.pools.push(pool);
    const setUpWith = new WeakMap<Connection, number | null>();
    const getConnection = pool.getConnection.bind(pool);

    pool.getConnection = (use) =>
      getConnection((error, connection) => {
        const { lockWait } = this;
        if (error || setUpWith.get(connection) === lockWait) {
          use(error, connection);
          return;
        }
        if (!setUpWith.has(connection)) bindValues(connection, this.mysql);
        setUpSession(connection, lockWait).then(
          () => {
            setUpWith.set(connection, lockWait);
            use(null, connection);
          },
          (fault: NodeJS.ErrnoException) => {
            connection.destroy();
            use(fault, undefined as unknown as PoolConnection);
          },
        );
      });
    return pool;
  }

  /** Number of connections. mysql2 has no public API for it. */
  get connections(): { open: number; idle: number; waiting: number } {
    const lengthOf = (list: '_allConnections' | '_freeConnections' | '_connectionQueue') =>
      this.pools.reduce((sum, pool) => sum + (pool as unknown as Record<string, { length: number }>)[list]!.length, 0);
    return {
      open: lengthOf('_allConnections'),
      idle: lengthOf('_freeConnections'),
      waiting: lengthOf('_connectionQueue'),
    };
  }

  /** Limits the wait of a statement for a lock, in seconds. Applies to connections that are obtained afterwards. */
  limitLockWaits(seconds: number): void {
    this.lockWait = seconds;
  }
}

/** One connection without a pool. A statement has `?` for each of its values. */
export interface ServerConnection {
  query<Row>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

/** @throws DatabaseUnusable if the server does not accept the session settings; otherwise the driver's own error */
export async function connectWith(mysql: Mysql, options: PoolOptions): Promise<ServerConnection> {
  const connection = mysql.createConnection({ ...options, ...connectionSettings });
  await new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
  connection.on('error', () => undefined); // the next statement reports it
  bindValues(connection, mysql);
  const promised = connection.promise();
  try {
    await setUpSession(connection, null);
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return {
    query: async <Row>(sql: string, values: readonly unknown[] = []) =>
      (await promised.query(sql, [...values] as never[]))[0] as unknown as Row[],
    end: () => promised.end(),
  };
}

/** Maximum time to set up a session, in milliseconds. */
const patience = 10_000;

async function setUpSession(connection: Connection, lockWait: number | null): Promise<void> {
  const run = (sql: string) =>
    new Promise<unknown>((resolve, reject) =>
      connection.query({ sql, timeout: patience }, (error, rows) => (error ? reject(error) : resolve(rows))),
    );
  let mode: string;
  let isolation: string;
  try {
    const locks = lockWait === null ? '' : `, SESSION innodb_lock_wait_timeout = ${lockWait}`;
    await run(`SET NAMES utf8mb4, SESSION sql_mode = '${sqlMode}'${locks}`);
    // The default of each transaction, so that none needs a statement for it.
    await run(`SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED`);
    [{ mode }] = (await run('SELECT @@SESSION.sql_mode AS mode')) as [{ mode: string }];
    isolation = await isolationOf(run);
  } catch (error) {
    if (failureOf(error) === 'unavailable') throw error;
    throw sessionRefused((error as { code?: string }).code);
  }
  // A proxy can confirm a setting without passing it on.
  if (mode.split(',').sort().join() !== sqlMode.split(',').sort().join()) throw sessionRefused();
  if (isolation !== 'READ-COMMITTED')
    throw new DatabaseUnusable(
      'The database server does not keep the isolation level of a session. If there is a proxy between the gateway and the server, configure it to forward SET statements.',
    );
}

/** MySQL 8 has only the new name of the variable, MariaDB before 11.1 only the old one. */
async function isolationOf(run: (sql: string) => Promise<unknown>): Promise<string> {
  const read = async (variable: string) =>
    ((await run(`SELECT @@SESSION.${variable} AS isolation`)) as [{ isolation: string }])[0].isolation;
  try {
    return await read('transaction_isolation');
  } catch (error) {
    if ((error as { errno?: number }).errno !== unknownVariable) throw error;
    return read('tx_isolation');
  }
}

const unknownVariable = 1193;

function sessionRefused(code?: string): DatabaseUnusable {
  return new DatabaseUnusable(
    `The database server does not accept the sql_mode of the gateway${code ? ` (${code})` : ''}. Allow each session to set sql_mode to ${sqlMode}. If there is a proxy between the gateway and the server, configure it to forward SET statements.`,
  );
}

/** Errors of a prepared statement that did not run, and can be prepared again. */
const lostStatement = new Set([
  1243, // unknown statement: it was prepared on another server, behind a proxy
  1461, // too many prepared statements
  1615, // a table of the statement has changed
]);

/** TypeORM writes limits into the SQL text. As a parameter, each page size uses the same statement. */
const limitInText = / LIMIT (\d+)(?= FOR UPDATE$|$)/;

/** mysql2's code for a timeout. */
const tookTooLong = 'PROTOCOL_SEQUENCE_TIMEOUT';

type Done = (error: NodeJS.ErrnoException | null, ...result: unknown[]) => void;
type Statement = { readonly sql: string; readonly timeout?: number };

const limitsOfTexts = new LRUCache<string, ReadonlySet<number>>({ max: 500 });

/**
 * Places of the values in a statement that are limits. Servers require integers there. mysql2 sends other numbers as DOUBLE, or
 * as the type that the server names, which takes a tenth of the time; the server converts them to the type of the column.
 */
function limitsIn(sql: string): ReadonlySet<number> {
  let limits = limitsOfTexts.get(sql);
  if (!limits) {
    const texts = sql.split('?').slice(0, -1);
    limits = new Set(texts.flatMap((text, place) => (text.endsWith(' LIMIT ') ? [place] : [])));
    limitsOfTexts.set(sql, limits);
  }
  return limits;
}

/**
 * Makes `connection.query` send each value as a parameter of a prepared statement. mysql2 itself writes values into the
 * SQL text, with escapes that depend on the mode of the server.
 *
 * A statement that exceeds its `timeout` in milliseconds, including preparation, closes the connection.
 */
function bindValues(connection: Connection, { TypedParameter }: Mysql): void {
  const sendText = connection.query.bind(connection) as unknown as (statement: string | Statement, done: Done) => void;
  const prepared = new Set<string>();
  const typed = (sql: string, values: readonly unknown[]) => {
    const limits = limitsIn(sql);
    return limits.size === 0
      ? [...values]
      : values.map((value, i) => (limits.has(i) ? TypedParameter.BIGINT(value as number) : value));
  };

  const send = (sql: string, values: readonly unknown[], done: Done, isLast = false): void => {
    if (values.length === 0) return sendText(sql, done);
    prepared.add(sql);
    connection.execute(sql, typed(sql, values) as never[], (error, ...result) => {
      if (isLast || !lostStatement.has(error?.errno ?? 0)) return done(error, ...result);
      for (const each of prepared) connection.unprepare(each);
      prepared.clear();
      send(sql, values, done, true);
    });
  };

  const query = (statement: string | Statement, ...rest: unknown[]): unknown => {
    const done = rest.at(-1);
    // Calls of mysql2 itself without a callback have no values; `queryFormat` refuses others.
    if (typeof done !== 'function') return (sendText as (...all: unknown[]) => unknown)(statement, ...rest);
    const { sql, timeout }: Statement = typeof statement === 'string' ? { sql: statement } : statement;
    const values = rest.length > 1 ? ((rest[0] as unknown[] | undefined) ?? []) : [];
    const limit = limitInText.exec(sql)?.[1];

    let isOver = false;
    const finish: Done = (...outcome) => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      (done as Done)(...outcome);
    };
    const timer = timeout
      ? setTimeout(() => {
          connection.destroy();
          finish(Object.assign(new Error('Query inactivity timeout'), { code: tookTooLong }));
        }, timeout).unref()
      : undefined;
    if (limit === undefined) send(sql, values, finish);
    else send(sql.replace(limitInText, ' LIMIT ?'), [...values, Number(limit)], finish);
    return undefined;
  };
  connection.query = query as unknown as Connection['query'];
}
