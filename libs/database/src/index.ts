<<<<<<< HEAD
export { connectTo, connectionOptions, limitWaits, type DatabaseLocation } from './connect.js';
export { DatabaseBusy, databaseErrors, DatabaseUnavailable, DatabaseUnusable } from './database.errors.js';
=======
export {
  connectTo,
  connectionOptions,
  DatabaseUnusable,
  limitWaits,
  serverOptions,
  type DatabaseLocation,
} from './connect.js';
export { DatabaseBusy, databaseErrors, DatabaseUnavailable } from './database.errors.js';
export { EmbeddedSqlite } from './embedded-sqlite.js';
>>>>>>> 3e33d33 (feat(database): use the SQLite of Node.js, so that nothing is compiled)
export { failureOf, isDuplicateOf, refusalOf, type DatabaseFailure } from './failure.js';
export { keysetPage } from './keyset.js';
export { claimDue, type Claiming, type Leased } from './leases.js';
export { serializeSqlite } from './serialized-sqlite.js';
export { faultInServerUrl, serverOptions } from './server-url.js';
export { Transactions } from './transactions.js';
