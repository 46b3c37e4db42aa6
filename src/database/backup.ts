import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { EmbeddedSqlite, type DatabaseLocation } from '#libs/database';
import { fileUnusable } from '#libs/kernel';
import { z } from 'zod';
import { makeFolder } from '../make-folder.js';
import { migrationsTable } from './data-source.js';
import { lockDataDir, makeDataDir } from './file-lock.js';
import { refuseUnlessKeyRingFits } from './prepare-database.js';

/** A backup cannot be created or restored. Nothing was changed. The message is for the operator. */
export class BackupRefused extends Error {
  override readonly name = 'BackupRefused';
}

const manifestSchema = z.object({
  format: z.literal(1),
  /** Time when the backup was complete, in UTC. */
  createdAt: z.iso.datetime(),
  /** SHA-256 of gateway.sqlite. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.number().int(),
  /** Last migration. */
  schema: z.string(),
  /** KEKs that the backup needs, each with a fingerprint. The keys themselves are never copied. */
  keyRing: z.record(z.string(), z.string().regex(/^[0-9a-f]{16}$/)),
  /** Number of rows by table. */
  rows: z.record(z.string(), z.number().int()),
});

/** Description of a backup, stored with it. */
export type Manifest = z.infer<typeof manifestSchema>;

const databaseName = 'gateway.sqlite';
const manifestName = 'manifest.json';

/**
 * Copies the embedded database to a new folder, as of one moment, even while a gateway uses it. The folder appears when
 * the backup is complete.
 *
 * @throws BackupRefused, and the errors of `refuseUnlessKeyRingFits`
 */
export async function backUp(location: DatabaseLocation, keyRingFile: string, folder: string): Promise<Manifest> {
  const file = embedded(location);
  if (!existsSync(file)) throw new BackupRefused(`No database exists at ${file}. Set DATA_DIR to its folder.`);
  if (existsSync(folder))
    throw new BackupRefused(
      `${folder} already exists, and a backup overwrites nothing. Specify a new folder with --to.`,
    );
  const draft = `${folder}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    makeFolder(draft, 0o700);
    const copy = join(draft, databaseName);
    const source = new EmbeddedSqlite(file, { readonly: true });
    try {
      await source.copyTo(copy);
    } finally {
      source.close();
    }
    chmodSync(copy, 0o600);
    asOneFile(copy);
    const { keyRing, ...contents } = await checked(copy, keyRingFile);
    const created = { createdAt: new Date().toISOString(), ...(await digestOf(copy)) };
    const manifest: Manifest = { format: 1, ...created, ...contents, keyRing };
    writeFileSync(join(draft, manifestName), `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    for (const path of [copy, join(draft, manifestName), draft]) sync(path);
    renameSync(draft, folder);
    sync(dirname(folder));
    return manifest;
  } catch (error) {
    const told = forOperator(error, folder);
    rmSync(draft, { recursive: true, force: true });
    throw told;
  }
}

/**
 * Restores a backup into an empty DATA_DIR. The key ring must already be in place.
 *
 * @throws BackupRefused, DataDirUnusable, and the errors of `refuseUnlessKeyRingFits`; no database exists then
 */
export async function restore(
  { database, dataDir, keyRingFile }: { database: DatabaseLocation; dataDir: string; keyRingFile: string },
  folder: string,
): Promise<Manifest> {
  const file = embedded(database);
  const manifest = manifestOf(folder);
  if (!existsSync(keyRingFile))
    throw new BackupRefused(
      `The key ring file ${keyRingFile} does not exist. Copy the key ring that belongs to this backup to that path, or set KEY_RING_FILE, then run this command again. A new key ring cannot decrypt the backup.`,
    );
  makeDataDir(dataDir);
  const unlock = lockDataDir(dataDir);
  const draft = `${file}.${randomBytes(8).toString('hex')}.tmp`;
  try {
    const present = ['', '-wal', '-shm', '-journal'].map((end) => file + end).find((path) => existsSync(path));
    if (present)
      throw new BackupRefused(
        `${present} already exists, and a restore overwrites nothing. Move it, or set another DATA_DIR.`,
      );
    copyFileSync(join(folder, databaseName), draft, constants.COPYFILE_EXCL);
    chmodSync(draft, 0o600);
    const { sha256, bytes } = await digestOf(draft);
    if (sha256 !== manifest.sha256 || bytes !== manifest.bytes) throw damaged(folder, `${databaseName} was changed`);
    const { rows, schema } = await checked(draft, keyRingFile);
    const expected = { rows: manifest.rows, schema: manifest.schema };
    if (JSON.stringify({ rows, schema }) !== JSON.stringify(expected)) throw damaged(folder, 'the row counts differ');
    sync(draft);
    renameSync(draft, file);
    sync(dataDir);
    return manifest;
  } catch (error) {
    const told = forOperator(error, dataDir);
    rmSync(draft, { force: true });
    throw told;
  } finally {
    unlock();
  }
}

function embedded(location: DatabaseLocation): string {
  if ('file' in location) return location.file;
  throw new BackupRefused(
    'This command supports only the embedded database, but DATABASE_URL is set. Use mariadb-dump or mysqldump with --single-transaction: docs/operations.md.',
  );
}

function manifestOf(folder: string): Manifest {
  let text: string;
  try {
    text = readFileSync(join(folder, manifestName), 'utf8');
  } catch (error) {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    throw new BackupRefused(
      `${join(folder, manifestName)} cannot be read (${code}). Specify a folder that the command backup created.`,
    );
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch {
    throw damaged(folder, `${manifestName} is not the manifest of a backup of this version`);
  }
}

/** Contents of a copy that is undamaged and that the key ring can decrypt. */
async function checked(copy: string, keyRingFile: string): Promise<Pick<Manifest, 'rows' | 'schema' | 'keyRing'>> {
  const database = new EmbeddedSqlite(copy, { readonly: true });
  try {
    const faults = [...database.pragma('integrity_check'), ...database.pragma('foreign_key_check')];
    if (faults.length !== 1 || faults[0]!['integrity_check'] !== 'ok')
      throw new BackupRefused(`${copy} is not a valid database. Use another backup.`);
  } finally {
    database.close();
  }
  const ring = await refuseUnlessKeyRingFits({ file: copy }, keyRingFile);
  const sound = new EmbeddedSqlite(copy, { readonly: true });
  try {
    const values = (sql: string) =>
      sound
        .prepare(sql)
        .all()
        .map((row) => Object.values(row)[0]);
    const tables = values(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name",
    ).map(String);
    const used = values('SELECT kek_id FROM encryption_key UNION SELECT kek_id FROM key_canary ORDER BY kek_id').map(
      String,
    );
    return {
      schema: values(`SELECT name FROM ${migrationsTable} ORDER BY id DESC LIMIT 1`).map(String).join(),
      keyRing: Object.fromEntries<string>(used.filter((id) => ring.has(id)).map((id) => [id, ring.fingerprint(id)])),
      rows: Object.fromEntries<number>(
        tables.map((table) => [table, Number(values(`SELECT COUNT(*) FROM ${table}`)[0])]),
      ),
    };
  } finally {
    sound.close();
  }
}

/** Without a write-ahead log, which could be forgotten when the file is moved. */
function asOneFile(copy: string): void {
  const database = new EmbeddedSqlite(copy);
  try {
    database.pragma('journal_mode = DELETE');
  } finally {
    database.close();
  }
}

async function digestOf(file: string): Promise<Pick<Manifest, 'sha256' | 'bytes'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(file), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { sha256: hash.digest('hex'), bytes };
}

/** Returns when the file is safely on disk. */
function sync(path: string): void {
  const file = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

const damaged = (folder: string, fault: string) =>
  new BackupRefused(`The backup in ${folder} is damaged: ${fault}. Use another backup.`);

/** Explains errors of the file system and of SQLite: full disk, missing permission, read-only file system. */
const forOperator = (error: unknown, folder: string): unknown => fileUnusable(error, folder) ?? error;
