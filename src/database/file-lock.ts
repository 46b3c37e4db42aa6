import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** Another process serves from the same folder. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse';
}

/**
 * Keeps other gateways away from the embedded database in `dataDir` until this process ends, however it ends: the lock
 * is the operating system's, so that nothing stale is ever left behind.
 *
 * @throws DataDirInUse
 */
export function lockDataDir(dataDir: string): () => void {
  const lock = new Sqlite(join(dataDir, 'gateway.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (!(error as { code?: string }).code?.startsWith('SQLITE_BUSY')) throw error;
    throw new DataDirInUse(
      `Another gateway already serves the embedded database in ${dataDir}. Stop it, or give this one a DATA_DIR of its own; several gateways can share one MySQL or MariaDB database (DATABASE_URL).`,
    );
  }
  return () => lock.close();
}
