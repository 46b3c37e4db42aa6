import type mysql from 'mysql2';
import type { Connection, Pool, PoolConnection, PoolOptions } from 'mysql2';
import { DatabaseUnusable } from './database.errors.js';
import { failureOf } from './failure.js';

/** mysql2. The module is loaded only if the database is a server. */
export type Mysql = typeof mysql;

export const loadMysql = async (): Promise<Mysql> => (await import('mysql2')).default;

/** Strict, the same on every server, and without the modes that change how SQL text is read. */
const sqlMode = 'STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';

/** Options of mysql2 for every connection of the gateway. */
export const connectionSettings = {
  charset: 'utf8mb4',
  timezone: 'Z',
  trace: false, // stack traces are costly, and their errors are translated by failure.ts
  // Ten connections of a process use at most 1,500 of the 16,382 prepared statements that a server allows by default.
  maxPreparedStatements: 150,
  /** mysql2 calls this to write values into the text of a statement. */
  queryFormat: (sql: string, values: unknown): string => {
    if (Array.isArray(values) ? values.length > 0 : values) throw new Error('Values must be parameters.');
    return sql;
  },
};

/**
 * What TypeORM uses instead of the module `mysql2`. Each connection of its pools has the gateway's session settings before
 * the first statement, and sends every value as a parameter of a prepared statement.
 */
export class ServerDriver {
  private lockWait: number | null = null;

  constructor(private readonly mysql: Mysql) {}

  createPool(options: PoolOptions): Pool {
    const pool = this.mysql.createPool(options);
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

  /** Limits how long a statement waits for a lock, in seconds: of connections that are obtained from now on. */
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

/** How long a server may take to set up a session, in milliseconds. */
const patience = 10_000;

async function setUpSession(connection: Connection, lockWait: number | null): Promise<void> {
  const run = (sql: string) =>
    new Promise<unknown>((resolve, reject) =>
      connection.query({ sql, timeout: patience }, (error, rows) => (error ? reject(error) : resolve(rows))),
    );
  let mode: string;
  try {
    const locks = lockWait === null ? '' : `, SESSION innodb_lock_wait_timeout = ${lockWait}`;
    await run(`SET NAMES utf8mb4, SESSION sql_mode = '${sqlMode}'${locks}`);
    [{ mode }] = (await run('SELECT @@SESSION.sql_mode AS mode')) as [{ mode: string }];
  } catch (error) {
    if (failureOf(error) === 'unavailable') throw error;
    throw sessionRefused((error as { code?: string }).code);
  }
  // A proxy may confirm a setting that it does not pass on.
  if (mode.split(',').sort().join() !== sqlMode.split(',').sort().join()) throw sessionRefused();
}

function sessionRefused(code?: string): DatabaseUnusable {
  return new DatabaseUnusable(
    `The database server does not accept the sql_mode of the gateway${code ? ` (${code})` : ''}. Allow each session to set sql_mode to ${sqlMode}. If there is a proxy between the gateway and the server, configure it to forward SET statements.`,
  );
}

/** What a server answers if it did not run a prepared statement, and would run it if it were prepared again. */
const lostStatement = new Set([
  1243, // unknown statement: it was prepared on another server, behind a proxy
  1461, // too many prepared statements
  1615, // a table of the statement has changed
]);

/** TypeORM writes limits into the text. As a parameter, each page size is the same statement. */
const limitInText = / LIMIT (\d+)(?= FOR UPDATE$|$)/;

/** mysql2's own code for it. */
const tookTooLong = 'PROTOCOL_SEQUENCE_TIMEOUT';

type Done = (error: NodeJS.ErrnoException | null, ...result: unknown[]) => void;
type Statement = { readonly sql: string; readonly timeout?: number };

/**
 * Makes `connection.query` send each value as a parameter of a prepared statement. mysql2's own writes values into the text,
 * with escapes that the server reads differently in some of its modes.
 *
 * A statement that takes longer than its `timeout`, in milliseconds and with the time to prepare it, breaks the connection.
 */
function bindValues(connection: Connection, { TypedParameter }: Mysql): void {
  const sendText = connection.query.bind(connection) as unknown as (statement: string | Statement, done: Done) => void;
  const prepared = new Set<string>();
  // mysql2 sends numbers as DOUBLE, which is slower to compare with integers.
  const typed = (value: unknown) => (Number.isSafeInteger(value) ? TypedParameter.BIGINT(value as number) : value);

  const send = (sql: string, values: readonly unknown[], done: Done, isLast = false): void => {
    if (values.length === 0) return sendText(sql, done);
    prepared.add(sql);
    connection.execute(sql, values.map(typed) as never[], (error, ...result) => {
      if (isLast || !lostStatement.has(error?.errno ?? 0)) return done(error, ...result);
      for (const each of prepared) connection.unprepare(each);
      prepared.clear();
      send(sql, values, done, true);
    });
  };

  const query = (statement: string | Statement, ...rest: unknown[]): unknown => {
    const done = rest.at(-1);
    // mysql2's own calls without a callback hold no values, or `queryFormat` refuses them.
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
