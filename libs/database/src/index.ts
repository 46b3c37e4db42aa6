export { connectionOptions, DatabaseUnusable, type DatabaseLocation } from './connect.js';
export { DatabaseBusy, databaseErrors, DatabaseUnavailable } from './database.errors.js';
export { failureOf, isDuplicateOf, type DatabaseFailure } from './failure.js';
export { keysetPage } from './keyset.js';
export { serializeSqlite } from './serialized-sqlite.js';
export { Transactions } from './transactions.js';
