import { QueryFailedError } from 'typeorm';
import { DatabaseBusy, DatabaseUnavailable } from './database.errors.js';

/** Meaning of a failed statement, for every kind of database. */
export type DatabaseFailure = 'duplicate-key' | 'foreign-key' | 'busy' | 'unavailable' | 'other';

// Error numbers of MySQL and MariaDB, because mysql2 has wrong names for some of MariaDB's.
const byNumber: Record<number, DatabaseFailure> = {
  1062: 'duplicate-key',
  1451: 'foreign-key', // the parent has children
  1452: 'foreign-key', // the child has no parent
  1205: 'busy', // lock wait timeout
  1213: 'busy', // deadlock
  1020: 'busy', // MariaDB: the record changed since the snapshot
  1021: 'unavailable', // disk full
  1026: 'unavailable', // a file cannot be written
  1040: 'unavailable', // too many connections
  1053: 'unavailable', // the server is shutting down
  1114: 'unavailable', // the table is full
  1290: 'unavailable', // read-only
  1243: 'unavailable', // unknown prepared statement: another server answered than the one that prepared it
  1461: 'unavailable', // too many prepared statements
  1615: 'unavailable', // a table changed repeatedly while the statement was prepared
  1317: 'unavailable', // the statement was killed
  1792: 'unavailable', // a read-only transaction
  1836: 'unavailable', // read-only
  1927: 'unavailable', // MariaDB: the connection was killed
};

const bySqliteCode: Record<string, DatabaseFailure> = {
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate-key',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate-key',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_TRIGGER: 'foreign-key', // SQLite's code for RESTRICT on the parent
};

/** Messages of the driver for a lost connection or a timeout. */
const silences = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR',
  'POOL_CLOSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'ENOENT',
]);

/** Beginning of mysql2's message for a statement on a lost connection. */
const closed = "Can't add new command when connection is in closed state";

const unusableSqlite = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOMEM|CORRUPT|NOTADB)/;

export function failureOf(error: unknown): DatabaseFailure {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const { errno, code, message } = (driverError ?? {}) as { errno?: number; code?: string; message?: string };

  if (typeof errno === 'number' && byNumber[errno]) return byNumber[errno];
  // mysql2 has no code for a full connection queue, or for a connection that was lost while the pool handed it out.
  if (typeof code !== 'string') {
    if (message === 'Queue limit reached.') return 'busy';
    return message?.startsWith(closed) ? 'unavailable' : 'other';
  }
  if (code.startsWith('SQLITE_BUSY')) return 'busy';
  if (silences.has(code) || unusableSqlite.test(code)) return 'unavailable';
  return bySqliteCode[code] ?? 'other';
}

/** Whether an existing connection was lost: the server rolls back what was not committed. */
export function isLostConnection(error: unknown): boolean {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const { errno, code = '', message = '' } = (driverError ?? {}) as { errno?: number; code?: string; message?: string };
  return errno === 1927 || lost.has(code) || message.startsWith(closed);
}

const lost = new Set(['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR', 'ECONNRESET', 'EPIPE']);

/** Whether another row already has this unique key. The name of the index identifies it. */
export function isDuplicateOf(error: unknown, index: string, column: string): boolean {
  if (failureOf(error) !== 'duplicate-key') return false;
  const { message } = (error as QueryFailedError).driverError;
  // MySQL reports the name of the index, SQLite `table.column`.
  return message.includes(index) || message.includes(`.${column}`);
}

/** Refusal that a caller receives for this failure. Null for a defect of the gateway. */
export function refusalOf(error: unknown): DatabaseBusy | DatabaseUnavailable | null {
  switch (failureOf(error)) {
    case 'busy':
      return new DatabaseBusy(error);
    case 'unavailable':
      return new DatabaseUnavailable(error);
    default:
      return null;
  }
}
