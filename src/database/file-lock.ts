import { dirname, join } from 'node:path';
import { EmbeddedSqlite } from '#libs/database';
import { fileUnusable, runAs, userName } from '#libs/kernel';
import { makeFolder } from '../make-folder.js';
import { ownerOf } from './file-owner.js';

/** DATA_DIR cannot be used: another process uses it, or it cannot be written. The message is for the operator. */
export class DataDirUnusable extends Error {
  override readonly name = 'DataDirUnusable';
}

/** Creates the folder, readable by this user only. @throws DataDirUnusable */
export function makeDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir, 0o700);
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

/**
 * Locks the embedded database in `dataDir` for this process. The operating system releases the lock when the process
 * ends for any reason.
 *
 * @throws DataDirUnusable
 */
export function lockDataDir(dataDir: string): () => void {
  try {
    return lockFile(join(dataDir, 'gateway.lock'));
  } catch (error) {
    if (!isHeld(error)) throw notWritable(dataDir, error, join(dataDir, 'gateway.lock'));
    throw new DataDirUnusable(
      `Another gateway is already using the embedded database in ${dataDir}. Stop it, or set another DATA_DIR for this gateway. Several gateways can share one MySQL or MariaDB database (DATABASE_URL).`,
    );
  }
}

/** The key ring cannot be changed at the moment. The message is for the operator. */
export class KeyRingLocked extends Error {
  override readonly name = 'KeyRingLocked';
}

/**
 * Locks the key ring file against other commands until this process ends. Not needed for reading.
 *
 * @throws KeyRingLocked
 */
export function lockKeyRing(keyRingFile: string): () => void {
  try {
    return lockFile(`${keyRingFile}.lock`);
  } catch (error) {
    const { code = 'unknown reason' } = error as { code?: string };
    throw new KeyRingLocked(
      isHeld(error)
        ? `Another command is changing the key ring ${keyRingFile}. Wait until it ends, then run this command again.`
        : `The key ring ${keyRingFile} cannot be changed: ${lockOfAnother(`${keyRingFile}.lock`) ?? `no file can be written next to it (${code}). ${folderOfAnother(dirname(keyRingFile))}`}`,
      { cause: error },
    );
  }
}

function lockFile(path: string): () => void {
  let lock: EmbeddedSqlite | undefined;
  try {
    lock = new EmbeddedSqlite(path, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    throw error;
  }
  const held = lock;
  return () => held.close();
}

function isHeld(error: unknown): boolean {
  return Boolean((error as { code?: string }).code?.startsWith('SQLITE_BUSY'));
}

/** How to remove a lock file that another user left. Undefined when there is none. */
function lockOfAnother(path: string): string | undefined {
  const owner = ownerOf(path);
  if (owner === undefined || owner === process.geteuid?.()) return undefined;
  return `its lock file belongs to the user ${userName(owner)}. It contains no data and can be deleted. Run: sudo rm ${path}`;
}

function folderOfAnother(folder: string): string {
  const owner = ownerOf(folder);
  return owner === undefined || owner === process.geteuid?.() || owner === 0
    ? `Give this user permission to write to the folder ${folder}. For a mounted secret, see docs/operations.md.`
    : `The folder belongs to the user ${userName(owner)}. Run this command as that user: ${runAs(owner)}`;
}

function notWritable(dataDir: string, error: unknown, lock?: string): DataDirUnusable {
  const left = lock === undefined ? undefined : lockOfAnother(lock);
  if (left) return new DataDirUnusable(`DATA_DIR ${dataDir} cannot be used: ${left}`, { cause: error });

  const { message } = fileUnusable(error, dataDir) ?? (error as Error);
  return new DataDirUnusable(
    `DATA_DIR must be a folder that this user can write to. ${message} Example: DATA_DIR=/var/lib/cloud-account-gateway`,
    { cause: error },
  );
}
