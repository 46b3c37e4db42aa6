import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** DATA_DIR cannot be used: another process serves from it, or nothing can be written there. For the operator. */
export class DataDirUnusable extends Error {
  override readonly name = 'DataDirUnusable';
}

/** Makes the folder, for our own eyes only. @throws DataDirUnusable */
export function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw notWritable(dataDir, error);
  }
}

/**
 * Keeps other gateways away from the embedded database in `dataDir` until this process ends, however it ends: the lock
 * is the operating system's, so that nothing stale is ever left behind.
 *
 * @throws DataDirUnusable
 */
export function lockDataDir(dataDir: string): () => void {
  let lock: Sqlite.Database | undefined;
  try {
    lock = new Sqlite(join(dataDir, 'gateway.lock'), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw notWritable(dataDir, error);
    throw new DataDirUnusable(
      `Another gateway already serves the embedded database in ${dataDir}. Stop it, or give this one a DATA_DIR of its own; several gateways can share one MySQL or MariaDB database (DATABASE_URL).`,
    );
  }
  const held = lock;
  return () => held.close();
}

function notWritable(dataDir: string, error: unknown): DataDirUnusable {
  const { code = 'unknown reason' } = error as { code?: string };
  return new DataDirUnusable(
    `DATA_DIR ${dataDir} cannot be written by this user (${code}). Make it a folder that this user owns, or name another one. Example: DATA_DIR=/var/lib/cloud-account-gateway`,
    { cause: error },
  );
}
