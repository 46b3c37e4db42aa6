import Sqlite from 'better-sqlite3';
import mysql from 'mysql2/promise';
import type { DataSourceOptions } from 'typeorm';

/** Where the rows are: a file of the embedded database, or a MySQL or MariaDB server. */
export type DatabaseLocation = { readonly file: string } | { readonly url: string };

/** The database cannot be used. The message is for the operator and holds no password. */
export class DatabaseUnusable extends Error {
  override readonly name = 'DatabaseUnusable';
}

/**
 * TypeORM's connection options for `location`. A server is asked what it is: the URL's scheme does not tell MySQL from
 * MariaDB, and TypeORM must be told, because they want different SQL.
 *
 * @throws DatabaseUnusable when the server cannot be reached, refuses us, or is too old
 */
export async function connectionOptions(location: DatabaseLocation): Promise<DataSourceOptions> {
  if ('file' in location) {
    return {
      type: 'better-sqlite3',
      database: location.file,
      driver: Sqlite,
      timeout: 5000,
      prepareDatabase: (database: Sqlite.Database) => {
        database.pragma('journal_mode = WAL');
        database.pragma('synchronous = FULL'); // a key once acknowledged survives a power cut
        database.pragma('secure_delete = ON'); // a shredded secret does not linger in a free page
      },
    };
  }
  return {
    type: await serverKind(location.url),
    url: location.url,
    timezone: 'Z',
    charset: 'utf8mb4',
    poolSize: 10,
    connectTimeout: 10_000,
    extra: { waitForConnections: true, maxIdle: 10, enableKeepAlive: true },
  };
}

const oldest = { mysql: [8, 0, 16], mariadb: [10, 5, 0] } as const;

async function serverKind(url: string): Promise<'mysql' | 'mariadb'> {
  const { host, pathname } = new URL(url);
  let version: string;
  try {
    const connection = await mysql.createConnection({ uri: url, connectTimeout: 10_000 });
    try {
      const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT VERSION() AS version');
      version = String(rows[0]?.['version']);
    } finally {
      await connection.end();
    }
  } catch (error) {
    const { code } = error as { code?: string };
    throw new DatabaseUnusable(
      `The database server at ${host} cannot be used: ${reasons[code ?? ''] ?? code ?? 'no answer'}.`,
    );
  }
  if (pathname.length < 2)
    throw new DatabaseUnusable('DATABASE_URL names no database. Example: mysql://user:password@host:3306/gateway');

  const kind = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
  const parts = version
    .replace(/^5\.5\.5-/, '')
    .split(/[.-]/)
    .map(Number);
  if (isOlder(parts, oldest[kind])) {
    throw new DatabaseUnusable(
      `The database server at ${host} is ${kind} ${version}; at least ${oldest[kind].join('.')} is needed.`,
    );
  }
  return kind;
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the host name is unknown',
  ETIMEDOUT: 'it did not answer within 10 s',
  ER_ACCESS_DENIED_ERROR: 'it refuses the user or the password',
  ER_DBACCESS_DENIED_ERROR: 'the user may not use that database',
  ER_BAD_DB_ERROR: 'the database does not exist there; create it first',
};

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [i, part] of than.entries()) {
    const ours = version[i] ?? 0;
    if (ours !== part) return ours < part;
  }
  return false;
}
