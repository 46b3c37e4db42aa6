import type { DataSource, DataSourceOptions } from 'typeorm';
import { DatabaseUnusable } from './database.errors.js';
import { EmbeddedSqlite } from './embedded-sqlite.js';
import { connectWith, connectionSettings, loadMysql, ServerDriver, type ServerConnection } from './server-driver.js';
import { serverOptions, tlsOf } from './server-url.js';

/** Where the rows are: a file of the embedded database, or a MySQL or MariaDB server. */
export type DatabaseLocation = { readonly file: string } | { readonly url: string };

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
      driver: EmbeddedSqlite,
      timeout: 0, // waiting is the query runner's: SQLite's own would stop the whole process
      prepareDatabase: (database: EmbeddedSqlite) => {
        database.pragma('cache_size = -16000'); // KiB; Node.js's own SQLite has 2,000
        database.pragma('journal_mode = WAL');
        database.pragma('synchronous = FULL'); // a key once acknowledged survives a power cut
        database.pragma('secure_delete = ON'); // a shredded secret does not linger in a free page
      },
    };
  }
  const { user, ...server } = serverOptions(location.url);
  return {
    ...server,
    connectTimeout: silence,
    username: user,
    type: await serverKind(location.url),
    driver: new ServerDriver(await loadMysql()),
    poolSize: 10,
    extra: { ...connectionSettings, waitForConnections: true, maxIdle: 10, enableKeepAlive: true, queueLimit: 1000 },
  };
}

/** How long a server may keep us waiting for one statement, and within it for a lock, in milliseconds. */
const silence = 10_000;
const lockWait = 5000;

/**
 * Has no statement wait longer than 10 s, nor for a lock longer than 5 s: a server that accepts and then says nothing is
 * as good as away, and a caller would rather be told to come again. Call it after the migrations, which may take long.
 */
export function limitWaits({ driver, options }: DataSource): void {
  const server = 'driver' in options ? (options.driver as unknown) : undefined;
  if (!(server instanceof ServerDriver)) return;
  Object.assign(driver.options, { maxQueryExecutionTime: silence, enableQueryTimeout: true });
  server.limitLockWaits(lockWait / 1000);
}

/** One connection of its own, without TypeORM. */
export async function connectTo(url: string): Promise<ServerConnection> {
  return connectWith(await loadMysql(), { ...serverOptions(url), connectTimeout: silence });
}

const oldest = { mysql: [8, 0, 16], mariadb: [10, 5, 0] } as const;

async function serverKind(url: string): Promise<'mysql' | 'mariadb'> {
  const { host } = new URL(url);
  let version: string;
  try {
    const connection = await connectTo(url);
    try {
      const [row] = await connection.query<{ version: string }>('SELECT VERSION() AS version');
      version = String(row?.version);
    } finally {
      await connection.end();
    }
  } catch (error) {
    if (error instanceof DatabaseUnusable) throw error;
    throw new DatabaseUnusable(`The database server at ${host} cannot be used: ${reasonOf(error as Fault, url)}.`);
  }

  const kind = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
  const parts = version
    .replace(/^5\.5\.5-/, '')
    .split(/[.-]/)
    .map(Number);
  if (isOlder(parts, oldest[kind])) {
    throw new DatabaseUnusable(
      `The database server at ${host} is ${kind} ${version}. Version ${oldest[kind].join('.')} or later is required.`,
    );
  }
  return kind;
}

interface Fault {
  readonly code?: string;
  readonly message: string;
}

function reasonOf({ code, message }: Fault, url: string): string {
  if (code === 'HANDSHAKE_SSL_ERROR') return `its certificate is not accepted: ${certificateFault(message, url)}`;
  if (code === 'ER_ACCESS_DENIED_ERROR' && tlsOf(url) === 'off')
    return `${reasons[code]}; if the server requires TLS for this user (REQUIRE SSL), add ?ssl=on`;
  return reasons[code ?? ''] ?? code ?? 'no answer';
}

/** By the messages of Node and OpenSSL: mysql2 replaces the error's code. */
function certificateFault(message: string, url: string): string {
  if (/does not match certificate/i.test(message))
    return 'it is not valid for this host name. Use a host name that the certificate contains, or install a certificate for this host name';
  if (/has expired/.test(message)) return 'it has expired, or the certificate of its authority has. Renew it';
  if (/not yet valid/.test(message)) return 'it is not valid yet. Check the clocks of this machine and of the server';
  if (!/self[- ]signed|issuer|unable to verify/i.test(message)) return 'the TLS connection to the server failed';
  return tlsOf(url) === 'own authority'
    ? 'its authority is not in the file given by ca or DATABASE_CA_FILE. Add the certificate of the authority that signed it to that file'
    : 'it is not from a known authority. Specify the PEM file of your own authority: ?ssl=on&ca=/path/ca.pem, or DATABASE_CA_FILE. As a last resort, ?ssl=unverified encrypts without verification';
}

const reasons: Record<string, string> = {
  ECONNREFUSED: 'no server listens on this port',
  ENOTFOUND: 'the host name is unknown',
  ETIMEDOUT: 'it did not answer within 10 s',
  ER_ACCESS_DENIED_ERROR: 'the user or the password is wrong',
  ER_DBACCESS_DENIED_ERROR: 'the user has no access to the database',
  PROTOCOL_CONNECTION_LOST: 'the server closed the connection',
  HANDSHAKE_NO_SSL_SUPPORT:
    'the server does not support TLS. Install a certificate on the server, or remove ssl from the URL',
  ER_SECURE_TRANSPORT_REQUIRED: 'the server requires TLS: add ?ssl=on',
  ER_BAD_DB_ERROR: 'the database does not exist. Create it first',
};

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [i, part] of than.entries()) {
    const ours = version[i] ?? 0;
    if (ours !== part) return ours < part;
  }
  return false;
}
