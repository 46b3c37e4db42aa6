import { DatabaseUnusable } from '#libs/database';
import { KeyRingChangeRefused, KeyRingUnusable } from '#libs/encryption';
import { ConfigUnusable } from './config.js';
import { BackupRefused } from './database/backup.js';
import { DataDirUnusable, KeyRingLocked } from './database/file-lock.js';
import { WrongUser } from './database/file-owner.js';
import { KeyRingDoesNotFit } from './database/prepare-database.js';
import { FirstKeyUnusable } from './first-key.js';

const kinds = [
  BackupRefused,
  ConfigUnusable,
  DataDirUnusable,
  DatabaseUnusable,
  FirstKeyUnusable,
  KeyRingChangeRefused,
  KeyRingDoesNotFit,
  KeyRingLocked,
  KeyRingUnusable,
  WrongUser,
];

/** What the operator can mend, and is told in a sentence. Anything else is a bug, and shows where. */
export function isForOperator(error: unknown): error is Error {
  return kinds.some((kind) => error instanceof kind);
}
