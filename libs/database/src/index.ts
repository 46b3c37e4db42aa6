export { connectTo, connectionOptions, limitWaits, type DatabaseLocation } from './connect.js';
export { DatabaseBusy, databaseErrors, DatabaseUnavailable, DatabaseUnusable } from './database.errors.js';
export { EmbeddedSqlite } from './embedded-sqlite.js';
export { failureOf, isDuplicateOf, refusalOf, type DatabaseFailure } from './failure.js';
export { keysetPage } from './keyset.js';
export { claimDue, type Claiming, type Leased } from './leases.js';
export { serializeSqlite } from './serialized-sqlite.js';
export { faultInServerUrl, serverOptions } from './server-url.js';
export { Transactions } from './transactions.js';
