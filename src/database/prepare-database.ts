import { createHash } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import {
  connectTo,
  DatabaseUnusable,
  EmbeddedSqlite,
  limitWaits,
  serverOptions,
  type DatabaseLocation,
} from '#libs/database';
import {
  createKeyRingFile,
  FileKekProvider,
  firstUseOf,
  KeyRingUnusable,
  markAsUsed,
  opensStoredKey,
  readKeyRingFile,
  type KeyRing,
  type StoredKey,
} from '#libs/encryption';
import { fileUnusable, onFile } from '#libs/kernel';
import { Logger } from '@nestjs/common';
import { getMetadataArgsStorage, type DataSource } from 'typeorm';
import { dataSourceFor, migrationsTable } from './data-source.js';
import { KeyRingLocked, lockKeyRing } from './file-lock.js';
import * as migrations from './migrations/index.js';

/** The key ring cannot decrypt the data of the database. The message is for the operator. */
export class KeyRingDoesNotFit extends Error {
  override readonly name = 'KeyRingDoesNotFit';
}

export interface PreparedDatabase {
  readonly dataSource: DataSource;
  /** Keys of the key ring file. Reads the file again after a change. */
  readonly keks: FileKekProvider;
}

const log = new Logger('Key ring');

/**
 * Opens the database and the key ring, and runs the migrations. Creates a key ring for an empty database.
 *
 * Nothing is written before the key ring was checked against the database: with a wrong key, a gateway would encrypt
 * new secrets that the right key cannot decrypt.
 *
 * @param mayBeEmpty false for commands that need the data of a gateway: an empty database is then refused
 * @throws DatabaseUnusable, KeyRingUnusable, KeyRingDoesNotFit; the database is then unchanged
 */
export async function prepareDatabase(
  location: DatabaseLocation,
  keyRingFile: string,
  { mayBeEmpty } = { mayBeEmpty: true },
): Promise<PreparedDatabase> {
  const unlock = 'url' in location ? await lockServer(location.url) : null;
  try {
    const before = await look(location);
    if (before.isEmpty && isThere(keyRingFile)) refuseUsedKeyRing(location, keyRingFile);
    if (before.isEmpty && !mayBeEmpty) throw noData(location);
    if (before.isEmpty && !isThere(keyRingFile)) createKeyRingFile(keyRingFile);
    const keks = new FileKekProvider(keyRingFile, (fault) => log.warn(fault.message));
    try {
      refuseWrongKeys(keks.ring, before, keyRingFile);
    } catch {
      // Between the two reads, the key ring can have been rotated, and the previous KEK retired.
      refuseWrongKeys(keks.ring, await look(location), keyRingFile);
    }

    const dataSource = await dataSourceFor(location);
    await dataSource.initialize();
    try {
      await migrate(dataSource);
      limitWaits(dataSource);
      await keepCanary(dataSource, keks.ring);
      noteUse(keyRingFile);
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
    return { dataSource, keks };
  } finally {
    await unlock?.();
  }
}

/**
 * Refuses a database without data of a gateway. Changes nothing.
 *
 * @throws DatabaseUnusable
 */
export async function refuseWithoutData(location: DatabaseLocation): Promise<void> {
  if ((await look(location)).isEmpty) throw noData(location);
}

function noData(location: DatabaseLocation): DatabaseUnusable {
  const start = 'start the gateway with it first: `cloud-account-gateway start`';
  return new DatabaseUnusable(
    'file' in location
      ? `The folder ${dirname(location.file)}, set by DATA_DIR, contains no data of a gateway. Correct DATA_DIR, or ${start}.`
      : `The database at ${new URL(location.url).host}, set by DATABASE_URL, contains no data of a gateway. Correct DATABASE_URL, or ${start}.`,
  );
}

/**
 * Creates a key ring before the first start, for installations in which the gateway must not create it.
 *
 * @throws KeyRingUnusable when the file exists
 * @throws KeyRingDoesNotFit when the database contains encrypted data, which a new key ring could not decrypt
 */
export async function initKeyRing(location: DatabaseLocation, keyRingFile: string): Promise<KeyRing> {
  const unlock = 'url' in location ? await lockServer(location.url) : null;
  try {
    const isEmpty = (await look(location)).isEmpty;
    if (isEmpty || isThere(keyRingFile)) return createKeyRingFile(keyRingFile);
    throw new KeyRingDoesNotFit(
      `The database already contains secrets, which a new key ring cannot decrypt, and ${keyRingFile} does not exist. Restore the key ring of this database from its backup.`,
    );
  } finally {
    await unlock?.();
  }
}

/**
 * Checks that the key ring can decrypt the data of the database. Changes nothing.
 *
 * @throws DatabaseUnusable, KeyRingUnusable, KeyRingDoesNotFit
 */
export async function refuseUnlessKeyRingFits(location: DatabaseLocation, keyRingFile: string): Promise<KeyRing> {
  const ring = readKeyRingFile(keyRingFile);
  const contents = await look(location);
  if (contents.isEmpty) throw new DatabaseUnusable('The database contains no data of a gateway.');
  refuseWrongKeys(ring, contents, keyRingFile);
  return ring;
}

/** A used key ring with an empty database: the database is lost or wrong. A new first API key would hide that. */
function refuseUsedKeyRing(location: DatabaseLocation, keyRingFile: string): void {
  const since = firstUseOf(keyRingFile);
  if (!since) return;
  const [name, remediation] =
    'file' in location
      ? [
          location.file,
          `Restore it: \`cloud-account-gateway restore --backup FOLDER\`. A copy of ${basename(location.file)} is complete only with its ${basename(location.file)}-wal.`,
        ]
      : [`at ${new URL(location.url).host}`, 'Check DATABASE_URL, or restore the database from its dump.'];
  throw new KeyRingDoesNotFit(
    `The key ring ${keyRingFile} has been in use since ${since.toISOString().slice(0, 10)}, but the database ${name} is empty. ${remediation} To start again without any data, move the key ring first.`,
  );
}

/**
 * Records the use, so that an empty database with this key ring is noticed. A key ring that cannot be written, such as
 * a mounted one, is unchanged.
 */
function noteUse(keyRingFile: string): void {
  try {
    if (firstUseOf(keyRingFile)) return;
    accessSync(keyRingFile, constants.W_OK);
    const unlock = lockKeyRing(keyRingFile);
    try {
      markAsUsed(keyRingFile, new Date());
    } finally {
      unlock();
    }
  } catch (error) {
    if (error instanceof KeyRingUnusable || error instanceof KeyRingLocked || isRefusedByFileSystem(error)) return;
    throw error;
  }
}

const isRefusedByFileSystem = (error: unknown) => /^E[A-Z]+$/.test(String((error as { code?: unknown }).code));

interface Contents {
  readonly isEmpty: boolean;
  readonly canaries: readonly { kek_id: string; record: Buffer }[];
  /** One wrapped key for each KEK that is in use. */
  readonly wrappedKeys: readonly Pick<
    StoredKey,
    'kekId' | 'purpose' | 'tenantId' | 'version' | 'wrappedKey' | 'commitment'
  >[];
}

/** Contents of the database, read without any change. */
async function look(location: DatabaseLocation): Promise<Contents> {
  if ('file' in location) {
    if (!isThere(location.file)) return nothing;
    return lookAtFile(location.file);
  }
  const connection = await connectTo(location.url);
  try {
    return await contentsBy((sql) => connection.query<Row>(sql), 'SHOW TABLES');
  } finally {
    await connection.end();
  }
}

async function lookAtFile(file: string): Promise<Contents> {
  try {
    const database = new EmbeddedSqlite(file, { readonly: true });
    try {
      return await contentsBy(
        async (sql) => database.prepare(sql).all(),
        "SELECT name FROM sqlite_master WHERE type = 'table'",
      );
    } finally {
      database.close();
    }
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (!/^SQLITE_(NOTADB|CORRUPT)/.test(code)) throw fileUnusable(error, file) ?? error;
    throw new DatabaseUnusable(
      `${file} cannot be read as a database (${code}). Restore it from a backup, or set another DATA_DIR.`,
    );
  }
}

/** @throws FileUnusable when the path cannot be reached: then it may exist */
const isThere = (path: string): boolean => onFile(path, () => statSync(path, { throwIfNoEntry: false })) !== undefined;

const nothing: Contents = { isEmpty: true, canaries: [], wrappedKeys: [] };

type Row = Record<string, unknown>;

async function contentsBy(select: (sql: string) => Promise<Row[]>, tablesSql: string): Promise<Contents> {
  const tables = (await select(tablesSql)).map((row) => String(Object.values(row)[0]));
  refuseTablesOfOthers(tables);
  if (tables.includes(migrationsTable)) refuseNewer(await select(`SELECT name FROM ${migrationsTable}`));
  // An interrupted first start can have left tables without encrypted data. That counts as empty.
  if (!tables.includes('encryption_key') || !tables.includes('key_canary')) return nothing;

  const canaries = (await select('SELECT kek_id, record FROM key_canary')) as unknown as Contents['canaries'];
  const wrappedKeys = (await select(
    `SELECT kek_id AS kekId, purpose, tenant_id AS tenantId, version, wrapped_key AS wrappedKey, commitment
     FROM encryption_key WHERE id IN (SELECT MIN(id) FROM encryption_key GROUP BY kek_id)`,
  )) as unknown as Contents['wrappedKeys'];
  return { isEmpty: canaries.length === 0 && wrappedKeys.length === 0, canaries, wrappedKeys };
}

/** Tables with our names but without the list of migrations belong to another application. */
function refuseTablesOfOthers(tables: readonly string[]): void {
  const ours = new Set(getMetadataArgsStorage().tables.map(({ name }) => name));
  const taken = tables.filter((table) => ours.has(table));
  if (taken.length === 0 || tables.includes(migrationsTable)) return;
  throw new DatabaseUnusable(
    `The database belongs to another application: the gateway did not create the table ${taken.join(', ')}. Use a separate database for the gateway: set DATABASE_URL, or DATA_DIR for the embedded one.`,
  );
}

/** An older version would ignore what it does not know: before keys could be revoked, every key was valid. */
function refuseNewer(applied: readonly Row[]): void {
  const known = new Set<string>(Object.values(migrations).map((migration) => new migration().name));
  const unknown = applied.map(({ name }) => String(name)).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new DatabaseUnusable(
    `The database was changed by a newer version of the gateway (${unknown.join(', ')}). Start that version, or restore the backup from before the upgrade.`,
  );
}

function refuseWrongKeys(keyRing: KeyRing, { canaries, wrappedKeys }: Contents, file: string): void {
  const missing = wrappedKeys.map(({ kekId }) => kekId).filter((kekId) => !keyRing.has(kekId));
  if (missing.length > 0) {
    throw new KeyRingDoesNotFit(
      `The database contains secrets that were encrypted with ${missing.join(', ')}, but the key ring ${file} does not contain this key. Restore the key ring of this database from its backup.`,
    );
  }
  const wrong = new Set([
    ...canaries
      .filter(({ kek_id, record }) => keyRing.has(kek_id) && !keyRing.canaryOpens(kek_id, record))
      .map(({ kek_id }) => kek_id),
    ...wrappedKeys.filter((key) => !opensStoredKey(keyRing, key)).map(({ kekId }) => kekId),
  ]);
  if (wrong.size > 0) {
    throw new KeyRingDoesNotFit(
      `The key ${[...wrong].join(', ')} in the key ring ${file} is not the one that encrypted this database. Restore the key ring of this database from its backup.`,
    );
  }
}

async function migrate(dataSource: DataSource): Promise<void> {
  try {
    await dataSource.runMigrations({ transaction: 'each' });
  } catch (error) {
    const { code } = ((error as { driverError?: unknown }).driverError ?? error) as { code?: string };
    const why = reasons[code ?? ''];
    throw why ? new DatabaseUnusable(`The tables cannot be created or changed: ${why}.`) : error;
  }
}

const reasons: Record<string, string> = {
  ER_TABLEACCESS_DENIED_ERROR:
    'the user of DATABASE_URL has no permission. Grant it CREATE, ALTER, INDEX, REFERENCES and DROP on the database',
  ER_DBACCESS_DENIED_ERROR:
    'the user of DATABASE_URL has no permission. Grant it CREATE, ALTER, INDEX, REFERENCES and DROP on the database',
  ER_RECORD_FILE_FULL: 'the disk is full',
};

async function keepCanary(dataSource: DataSource, keyRing: KeyRing): Promise<void> {
  const known = await dataSource.query<Row[]>('SELECT kek_id FROM key_canary WHERE kek_id = ?', [keyRing.active]);
  if (known.length > 0) return;
  await dataSource.query('INSERT INTO key_canary (kek_id, record, created_at) VALUES (?, ?, ?)', [
    keyRing.active,
    keyRing.canary(keyRing.active),
    new Date().toISOString().slice(0, 23).replace('T', ' '),
  ]);
}

/** Lets one gateway at a time prepare the database of a server. Others wait. */
async function lockServer(url: string): Promise<() => Promise<void>> {
  // Asks the server for its version first, because that gives the best message when it cannot be used.
  await dataSourceFor({ url });
  const connection = await connectTo(url);
  // Locks belong to the server, not to the database, so each database has its own name.
  const name = `gateway:${createHash('sha256').update(serverOptions(url).database).digest('hex').slice(0, 32)}`;
  const [lock] = await connection.query<{ held: number | null }>('SELECT GET_LOCK(?, 60) AS held', [name]);
  if (lock?.held !== 1) {
    await connection.end();
    throw new DatabaseUnusable(
      'Another gateway has been preparing this database for more than one minute. Check that gateway, then start this one again.',
    );
  }
  return () => connection.end();
}
