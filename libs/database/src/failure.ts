import { QueryFailedError } from 'typeorm';

/** What a failed statement means, whichever database said it. */
export type DatabaseFailure = 'duplicate-key' | 'foreign-key' | 'busy' | 'disconnected' | 'other';

// MySQL and MariaDB: numbers, because mysql2 names some of MariaDB's wrongly.
const byNumber: Record<number, DatabaseFailure> = {
  1062: 'duplicate-key',
  1451: 'foreign-key', // the parent still has children
  1452: 'foreign-key', // the child has no parent
  1205: 'busy', // lock wait timeout
  1213: 'busy', // deadlock
  1020: 'busy', // MariaDB: the record changed since the snapshot
};

const bySqliteCode: Record<string, DatabaseFailure> = {
  SQLITE_CONSTRAINT_UNIQUE: 'duplicate-key',
  SQLITE_CONSTRAINT_PRIMARYKEY: 'duplicate-key',
  SQLITE_CONSTRAINT_FOREIGNKEY: 'foreign-key',
  SQLITE_CONSTRAINT_TRIGGER: 'foreign-key', // so SQLite reports RESTRICT on the parent
};

const disconnections = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'ENOENT',
]);

export function failureOf(error: unknown): DatabaseFailure {
  const driverError: unknown = error instanceof QueryFailedError ? error.driverError : error;
  const { errno, code } = (driverError ?? {}) as { errno?: number; code?: string };

  if (typeof errno === 'number' && byNumber[errno]) return byNumber[errno];
  if (typeof code !== 'string') return 'other';
  if (code.startsWith('SQLITE_BUSY')) return 'busy';
  if (disconnections.has(code)) return 'disconnected';
  return bySqliteCode[code] ?? 'other';
}

/** Whether `error` says that another row has this unique key already; the index's name tells keys apart. */
export function isDuplicateOf(error: unknown, index: string, column: string): boolean {
  if (failureOf(error) !== 'duplicate-key') return false;
  const { message } = (error as QueryFailedError).driverError;
  // MySQL names the index, SQLite `table.column`.
  return message.includes(index) || message.includes(`.${column}`);
}
