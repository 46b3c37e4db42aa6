import { TenantChangeRefused } from '#libs/access';
import { DatabaseUnusable } from '#libs/database';
import { KeyRingChangeRefused, KeyRingUnusable } from '#libs/encryption';
import { DomainError, fileUnusable } from '#libs/kernel';
import { ConfigUnusable } from './config.js';
import { BackupRefused } from './database/backup.js';
import { DataDirUnusable, KeyRingLocked } from './database/file-lock.js';
import { WrongUser } from './database/file-owner.js';
import { KeyRingDoesNotFit } from './database/prepare-database.js';
import { FirstApiKeyUnusable } from './first-api-key.js';

const kinds = [
  BackupRefused,
  ConfigUnusable,
  DataDirUnusable,
  DatabaseUnusable,
  FirstApiKeyUnusable,
  KeyRingChangeRefused,
  KeyRingDoesNotFit,
  KeyRingLocked,
  KeyRingUnusable,
  TenantChangeRefused,
  WrongUser,
];

/** Message about a problem that the operator can solve. Null for a defect, which shows its stack. */
export function messageForOperator(error: unknown): string | null {
  if (kinds.some((kind) => error instanceof kind)) return (error as Error).message;
  const file = fileUnusable(error);
  if (file) return file.message;
  return error instanceof DomainError ? error.message : null;
}
