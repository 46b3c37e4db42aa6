import { DatabaseUnusable } from '#libs/database';
import { KeyRingUnusable } from '#libs/encryption';
import { ConfigUnusable } from './config.js';
import { DataDirUnusable } from './database/file-lock.js';
import { KeyRingDoesNotFit } from './database/prepare-database.js';

const kinds = [ConfigUnusable, DataDirUnusable, DatabaseUnusable, KeyRingDoesNotFit, KeyRingUnusable];

/** What the operator can mend, and is told in a sentence. Anything else is a bug, and shows where. */
export function isForOperator(error: unknown): error is Error {
  return kinds.some((kind) => error instanceof kind);
}
