export { connectTo, connectionOptions, limitWaits, type DatabaseLocation } from './connect.js';
export { considerOthers } from './considerate.js';
export { DatabaseBusy, databaseErrors, DatabaseUnavailable, DatabaseUnusable } from './database.errors.js';
export { failureOf, isDuplicateOf, refusalOf, type DatabaseFailure } from './failure.js';
export { countsBy, edgesOf, keysetPage, keysetPages, pageOf, slices, type ListParameters } from './keyset.js';
export { claimDue, type Claiming, type Leased } from './leases.js';
export { serializeSqlite } from './serialized-sqlite.js';
export { faultInServerUrl, serverOptions } from './server-url.js';
export { Transactions } from './transactions.js';
