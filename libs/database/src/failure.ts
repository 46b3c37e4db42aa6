import { QueryFailedError } from 'typeorm';
import { DatabaseBusy, DatabaseUnavailable } from './database.errors.js';

/** What a failed statement means, whichever database said it. */
export type DatabaseFailure = 'duplicate-key' | 'foreign-key' | 'busy' | 'unavailable' | 'other';

// MySQL and MariaDB: numbers, because mysql2 names some of MariaDB's wrongly.
const byNumber: Record<number, DatabaseFailure> = {
  1062: 'duplicate-key',
  1451: 'foreign-key', // the parent still has children
  1452: 'foreign-key', // the child has no parent
  1205: 'busy', // lock wait timeout
  1213: 'busy', // deadlock
  1020: 'busy', // MariaDB: the record changed since the snapshot
  1021: 'unavailable', // disk full
  1026: 'unavailable', // a file cannot be written
  1040: 'unavailable', // too many connections
  1053: 'unavailable', // the server shuts down
  1114: 'unavailable', // the table is full
  1290: 'unavailable', // read-only
  1243: 'unavailable', // the prepared statement is unknown: another server answers than the one that prepared it
  1461: 'unavailable', // too many prepared statements
  1615: 'unavailable', // a table changes again and again while a statement is prepared
  1317: 'unavailable', // somebody ended the statement
  1792: 'unavailable', // a read-only transaction
  1836: 'unavailable', // read-only
  1927: 'unavailable', // MariaDB: somebody ended the connection
};

const bySqliteCode: Record<string, DatabaseFailure> = {
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate-key',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate-key',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_TRIGGER: 'foreign-key', // so SQLite reports RESTRICT on the parent
};

/** The driver's words for a server that is gone or silent. */
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

/** How mysql2 begins what it says of a statement for a connection that has broken. */
const closed = "Can't add new command when connection is in closed state";

const unusableSqlite = /^SQLITE_(FULL|IOERR|READONLY|CANTOPEN|NOMEM|CORRUPT|NOTADB)/;

export function failureOf(error: unknown): DatabaseFailure {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const { errno, code, message } = (driverError ?? {}) as { errno?: number; code?: string; message?: string };

  if (typeof errno === 'number' && byNumber[errno]) return byNumber[errno];
  // mysql2 gives no code when more wait for a connection than may, nor when one broke while the pool lent it.
  if (typeof code !== 'string') {
    if (message === 'Queue limit reached.') return 'busy';
    return message?.startsWith(closed) ? 'unavailable' : 'other';
  }
  if (code.startsWith('SQLITE_BUSY')) return 'busy';
  if (silences.has(code) || unusableSqlite.test(code)) return 'unavailable';
  return bySqliteCode[code] ?? 'other';
}

/** Whether the connection was there and broke: whatever was begun on it and not committed, the server undoes. */
export function isLostConnection(error: unknown): boolean {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const { errno, code = '', message = '' } = (driverError ?? {}) as { errno?: number; code?: string; message?: string };
  return errno === 1927 || lost.has(code) || message.startsWith(closed);
}

const lost = new Set(['PROTOCOL_CONNECTION_LOST', 'PROTOCOL_ENQUEUE_AFTER_FATAL_ERROR', 'ECONNRESET', 'EPIPE']);

/** Whether `error` says that another row has this unique key already; the index's name tells keys apart. */
export function isDuplicateOf(error: unknown, index: string, column: string): boolean {
  if (failureOf(error) !== 'duplicate-key') return false;
  const { message } = (error as QueryFailedError).driverError;
  // MySQL names the index, SQLite `table.column`.
  return message.includes(index) || message.includes(`.${column}`);
}

/** The refusal that a failure of the database means for a caller; null for a fault of our own. */
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
