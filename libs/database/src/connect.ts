import type { DataSource, DataSourceOptions } from 'typeorm';
import { DatabaseUnusable } from './database.errors.js';
import { EmbeddedSqlite } from './embedded-sqlite.js';
import { connectWith, connectionSettings, loadMysql, ServerDriver, type ServerConnection } from './server-driver.js';
import { serverOptions, tlsOf } from './server-url.js';

/** A file of the embedded database, or a MySQL or MariaDB server. */
export type DatabaseLocation = { readonly file: string } | { readonly url: string };

/**
 * Connection options of TypeORM. Asks a server for its kind: the scheme of the URL does not distinguish MySQL from
 * MariaDB, and TypeORM generates different SQL for them.
 *
 * @throws DatabaseUnusable when the server cannot be reached, refuses the connection, or is too old
 */
export async function connectionOptions(location: DatabaseLocation): Promise<DataSourceOptions> {
  if ('file' in location) {
    return {
      type: 'better-sqlite3',
      database: location.file,
      driver: EmbeddedSqlite,
      timeout: 0, // the query runner waits; SQLite's own wait would block the whole process
      prepareDatabase: (database: EmbeddedSqlite) => {
        database.pragma('cache_size = -16000'); // KiB; Node.js's SQLite defaults to 2,000
        database.pragma('journal_mode = WAL');
        database.pragma('synchronous = FULL'); // an acknowledged commit survives a power failure
        database.pragma('secure_delete = ON'); // a deleted secret does not remain in a free page
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

/** Maximum time for one statement, including the wait for locks, in milliseconds. */
const silence = 10_000;
const lockWait = 5000;

/**
 * Limits statements to 10 s and their wait for a lock to 5 s: a server that accepts a connection and does not answer
 * counts as unavailable. Call it after the migrations, which can take long.
 */
export function limitWaits({ driver, options }: DataSource): void {
  const server = 'driver' in options ? (options.driver as unknown) : undefined;
  if (!(server instanceof ServerDriver)) return;
  Object.assign(driver.options, { maxQueryExecutionTime: silence, enableQueryTimeout: true });
  server.limitLockWaits(lockWait / 1000);
}

/** Number of open and idle connections to the server, and of callers that wait for a connection. */
export interface Connections {
  readonly open: number;
  readonly idle: number;
  readonly waiting: number;
}

/** Null for the embedded database. */
export function connectionsOf({ options }: DataSource): Connections | null {
  const server = 'driver' in options ? (options.driver as unknown) : undefined;
  return server instanceof ServerDriver ? server.connections : null;
}

/**
 * Opens one connection without TypeORM.
 *
 * @throws DatabaseUnusable when the server cannot be reached or refuses the connection
 */
export async function connectTo(url: string): Promise<ServerConnection> {
  try {
    return await connectWith(await loadMysql(), { ...serverOptions(url), connectTimeout: silence });
  } catch (error) {
    if (error instanceof DatabaseUnusable) throw error;
    const { fault, remediation } = explanationOf(error as Fault, url);
    throw new DatabaseUnusable(
      `The database server at ${new URL(url).host}, set by DATABASE_URL, cannot be used: ${fault}. ${remediation}.`,
    );
  }
}

const oldest = { mysql: [8, 0, 16], mariadb: [10, 5, 0] } as const;

async function serverKind(url: string): Promise<'mysql' | 'mariadb'> {
  const connection = await connectTo(url);
  let version: string;
  try {
    const [row] = await connection.query<{ version: string }>('SELECT VERSION() AS version');
    version = String(row?.version);
  } finally {
    await connection.end();
  }

  const kind = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
  const parts = version
    .replace(/^5\.5\.5-/, '')
    .split(/[.-]/)
    .map(Number);
  if (isOlder(parts, oldest[kind])) {
    throw new DatabaseUnusable(
      `The database server at ${new URL(url).host} is ${kind} ${version}, but the gateway requires version ${oldest[kind].join('.')} or later. Upgrade the server, or set DATABASE_URL to another one.`,
    );
  }
  return kind;
}

interface Fault {
  readonly code?: string;
  readonly message: string;
}

interface Explanation {
  /** End of a sentence about the server. */
  readonly fault: string;
  /** Instruction without a full stop. */
  readonly remediation: string;
}

function explanationOf({ code = '', message }: Fault, url: string): Explanation {
  if (code === 'HANDSHAKE_SSL_ERROR') return explainCertificate(message, url);
  const explanation = explanations[code];
  if (!explanation)
    return {
      fault: code ? `the connection failed (${code})` : 'the connection failed',
      remediation: 'Check DATABASE_URL and the log of the server',
    };
  if (code === 'ER_ACCESS_DENIED_ERROR' && tlsOf(url) === 'off') {
    const { fault, remediation } = explanation;
    return {
      fault,
      remediation: `${remediation}. If the server requires TLS for this user (REQUIRE SSL), add ?ssl=on`,
    };
  }
  return explanation;
}

/** By messages of Node.js and OpenSSL, because mysql2 replaces the error code. */
function explainCertificate(message: string, url: string): Explanation {
  const refused = (why: string) => `its certificate is not accepted: ${why}`;
  if (/does not match certificate/i.test(message))
    return {
      fault: refused('it is not valid for this host name'),
      remediation:
        'Use a host name in DATABASE_URL that the certificate contains, or install a certificate for this host name',
    };
  if (/has expired/.test(message))
    return {
      fault: refused('it has expired, or the certificate of its authority has'),
      remediation: 'Renew the expired certificate',
    };
  if (/not yet valid/.test(message))
    return { fault: refused('it is not valid yet'), remediation: 'Check the clocks of this machine and of the server' };
  if (!/self[- ]signed|issuer|unable to verify/i.test(message))
    return {
      fault: 'the TLS connection failed',
      remediation: 'Check the TLS settings of the server, and ssl in DATABASE_URL',
    };
  return tlsOf(url) === 'own authority'
    ? {
        fault: refused('its authority is not in the file given by ca in DATABASE_URL or by DATABASE_CA_FILE'),
        remediation: 'Add the certificate of the authority that signed it to that file',
      }
    : {
        fault: refused('it is not from a known authority'),
        remediation:
          'Specify the PEM file of your own authority: ?ssl=on&ca=/path/ca.pem in DATABASE_URL, or DATABASE_CA_FILE. As a last resort, ?ssl=unverified encrypts without verification',
      };
}

const unreachable: Explanation = {
  fault: 'no network route leads to this host',
  remediation: 'Check the network, or correct the host in DATABASE_URL',
};
const notResolved: Explanation = {
  fault: 'the host name cannot be resolved',
  remediation: 'Correct the host in DATABASE_URL, or check the DNS settings of this machine',
};
const closed: Explanation = {
  fault: 'the server closed the connection',
  remediation:
    'Check that the host and port in DATABASE_URL are those of a MySQL or MariaDB server, and the log of the server',
};

/** By error codes of Node.js, mysql2 and the server. */
const explanations: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: {
    fault: 'no server listens on this port',
    remediation: 'Start the server, or correct the host and port in DATABASE_URL',
  },
  ECONNRESET: closed,
  PROTOCOL_CONNECTION_LOST: closed,
  ENOTFOUND: notResolved,
  EAI_AGAIN: notResolved,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  ETIMEDOUT: {
    fault: 'it did not answer within 10 s',
    remediation: 'Check the firewall and the server, or correct the host and port in DATABASE_URL',
  },
  ER_ACCESS_DENIED_ERROR: {
    fault: 'it does not accept the user or the password',
    remediation: 'Correct the user and the password in DATABASE_URL, and percent-encode special characters in them',
  },
  ER_DBACCESS_DENIED_ERROR: {
    fault: 'the user has no access to the database, or the database does not exist',
    remediation: 'Create the database if necessary, grant the user all privileges on it, or correct DATABASE_URL',
  },
  ER_BAD_DB_ERROR: {
    fault: 'the database does not exist',
    remediation: 'Create it (CREATE DATABASE), or correct the database name in DATABASE_URL',
  },
  ER_HOST_NOT_PRIVILEGED: {
    fault: 'it does not accept connections from this machine',
    remediation: 'Allow the user of DATABASE_URL to connect from this machine',
  },
  ER_HOST_IS_BLOCKED: {
    fault: 'it blocks this machine after too many connection errors',
    remediation: 'Run FLUSH HOSTS on the server, then start the gateway again',
  },
  ER_CON_COUNT_ERROR: {
    fault: 'it has too many connections',
    remediation: 'Raise max_connections on the server, or close other connections',
  },
  ER_NOT_SUPPORTED_AUTH_MODE: {
    fault: 'it requires an authentication method that the gateway does not support',
    remediation: 'Set caching_sha2_password or mysql_native_password for the user of DATABASE_URL',
  },
  AUTH_SWITCH_PLUGIN_ERROR: {
    fault: 'it requires an authentication method that the gateway does not support',
    remediation: 'Set caching_sha2_password or mysql_native_password for the user of DATABASE_URL',
  },
  HANDSHAKE_NO_SSL_SUPPORT: {
    fault: 'the server does not support TLS',
    remediation: 'Install a certificate on the server, or remove ssl from DATABASE_URL',
  },
  ER_SECURE_TRANSPORT_REQUIRED: {
    fault: 'the server requires TLS',
    remediation: 'Add ?ssl=on to DATABASE_URL',
  },
};

function isOlder(version: readonly number[], than: readonly number[]): boolean {
  for (const [i, part] of than.entries()) {
    const ours = version[i] ?? 0;
    if (ours !== part) return ours < part;
  }
  return false;
}
