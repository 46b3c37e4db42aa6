import { accessSync, constants, existsSync } from 'node:fs';
import type * as NodeSqlite from 'node:sqlite';
import { fileUnusable } from '#libs/kernel';

const sqlite = loadSqlite();

export interface OpenOptions {
  readonly readonly?: boolean;
  /** Maximum time that SQLite can block the process while another connection holds a lock, in milliseconds. */
  readonly timeout?: number;
}

type Value = null | number | bigint | string | Uint8Array;
type Row = Record<string, unknown>;

/** A statement failed. `code` is the extended name of SQLite, such as `SQLITE_CONSTRAINT_UNIQUE`. */
export class SqliteError extends Error {
  override readonly name = 'SqliteError';

  constructor(
    readonly code: string,
    message: string,
    cause?: unknown,
    /** File of the database. */
    readonly path?: string,
  ) {
    super(message, { cause });
  }
}

/**
 * SQLite of Node.js with the interface that TypeORM's `better-sqlite3` driver expects.
 *
 * Stricter than `node:sqlite`, which ignores a second statement, binds NULL to missing parameters, accepts an object as
 * named parameters, and truncates text at U+0000 when it reads. All of these are errors here.
 */
export class EmbeddedSqlite {
  readonly #database: NodeSqlite.DatabaseSync;

  /** @throws SqliteError `SQLITE_CANTOPEN`, or `SQLITE_READONLY` when the file cannot be written */
  constructor(
    private readonly path: string,
    { readonly = false, timeout = 5000 }: OpenOptions = {},
  ) {
    if (!readonly) refuseReadOnly(path);
    this.#database = translated(path, () => new sqlite.DatabaseSync(path, { readOnly: readonly, timeout }));
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction;
  }

  /** @throws SqliteError */
  prepare(sql: string): EmbeddedStatement {
    return new EmbeddedStatement(
      translated(this.path, () => this.#database.prepare(sql)),
      sql,
      this.path,
    );
  }

  /** Runs statements without parameters. @throws SqliteError */
  exec(sql: string): void {
    translated(this.path, () => this.#database.exec(sql));
  }

  /** @param pragma such as `journal_mode = WAL`; returns its rows. @throws SqliteError */
  pragma(pragma: string): Row[] {
    return this.prepare(`PRAGMA ${pragma}`).all();
  }

  /**
   * Replaces the stored definition of a table, in a transaction. The new definition must have the same columns in the
   * same order: the rows are not converted.
   *
   * @throws SqliteError
   */
  changeDefinition(table: string, sql: string): void {
    // Newer releases of Node.js forbid this by default.
    const database = this.#database as NodeSqlite.DatabaseSync & { enableDefensive?(isDefensive: boolean): void };
    database.enableDefensive?.(false);
    try {
      const version = Number(this.pragma('schema_version')[0]!['schema_version']);
      this.pragma('writable_schema = ON');
      this.prepare("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?").run(sql, table);
      this.pragma(`schema_version = ${version + 1}`); // other connections read the definition again
    } finally {
      this.pragma('writable_schema = RESET'); // this connection as well
      database.enableDefensive?.(true);
    }
  }

  /**
   * Copies the database to a new file, as of one moment, while other connections read and write.
   *
   * @throws SqliteError
   */
  async copyTo(path: string): Promise<void> {
    if (existsSync(path)) throw new SqliteError('SQLITE_CANTOPEN', 'The file exists.');
    try {
      this.pragma('schema_version'); // problems of this file are reported here, not for the copy
      // All pages in one step: with several, each write of another connection would restart the copy.
      await sqlite.backup(this.#database, path, { rate: 2 ** 31 - 1 });
    } catch (error) {
      throw translation(error, path);
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

export class EmbeddedStatement {
  /** Whether it returns rows. */
  readonly reader: boolean;
  readonly #statement: NodeSqlite.StatementSync;
  readonly #parameterCount: number;
  readonly #onlyReads: boolean;
  readonly #columns: readonly string[];

  constructor(
    statement: NodeSqlite.StatementSync,
    sql: string,
    private readonly path: string,
  ) {
    const rest = sql.slice(statement.sourceSQL.length);
    if (words(rest).length > 0) throw new SqliteError('SQLITE_MISUSE', 'The text has more than one statement.');
    this.#statement = statement;
    this.#parameterCount = words(sql).filter((word) => word === '?').length;
    this.#onlyReads = /^\s*SELECT\b/i.test(sql);
    this.#columns = statement.columns().map(({ name }) => name);
    this.reader = this.#columns.length > 0;
    // Objects of node:sqlite are slow to create and to copy.
    statement.setReturnArrays(true);
  }

  /** @throws SqliteError, TypeError when the number or the types of the parameters do not match the statement */
  all(...parameters: readonly unknown[]): Row[] {
    const values = this.values(parameters);
    const rows = translated(this.path, () => this.#statement.all(...values)) as unknown as Value[][];
    return rows.map((row) => this.plain(row));
  }

  /** @throws SqliteError, TypeError as `all` does */
  run(...parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    const values = this.values(parameters);
    return translated(this.path, () => this.#statement.run(...values));
  }

  /** With the prototype of Object, and blobs as Buffers. */
  private plain(values: readonly Value[]): Row {
    const row: Row = {};
    for (const [i, value] of values.entries())
      row[this.#columns[i]!] =
        value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
    return row;
  }

  private values(parameters: readonly unknown[]): Value[] {
    if (parameters.length !== this.#parameterCount)
      throw new TypeError(`The statement takes ${this.#parameterCount} parameters, not ${parameters.length}.`);
    for (const [i, parameter] of parameters.entries()) {
      if (!isValue(parameter)) throw new TypeError(`Parameter ${i + 1} is of a type that SQLite does not store.`);
      // Older releases of Node.js truncate text at U+0000 when they read it.
      if (!this.#onlyReads && typeof parameter === 'string' && parameter.includes('\0'))
        throw new TypeError(`Parameter ${i + 1} has U+0000, which cannot be stored.`);
    }
    return parameters as Value[];
  }
}

function isValue(parameter: unknown): parameter is Value {
  return (
    parameter === null ||
    parameter instanceof Uint8Array ||
    typeof parameter === 'string' ||
    typeof parameter === 'number' ||
    typeof parameter === 'bigint'
  );
}

/**
 * Tokens of a statement: each `?`, and everything else except whitespace and comments. A literal or a quoted name is
 * one token.
 */
function words(sql: string): string[] {
  return (
    sql.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[^]*?(?:\*\/|$)|\?|[^\s'"`[?/-]+|\S/g) ??
    []
  ).filter((word) => !word.startsWith('--') && !word.startsWith('/*') && word !== ';');
}

function refuseReadOnly(path: string): void {
  if (!existsSync(path)) return;
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    throw new SqliteError('SQLITE_READONLY', 'The file cannot be written.', error, path);
  }
}

function translated<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translation(error, path);
  }
}

function translation(error: unknown, path: string): unknown {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  if (code !== 'ERR_SQLITE_ERROR') return error;
  const name = nameOf(errcode ?? 1);
  return new SqliteError(name, message ?? '', fileUnusable({ code: name, path }) ?? error, path);
}

/** https://sqlite.org/rescode.html: the last byte is the primary code, the rest numbers its extended ones from 1. */
function nameOf(code: number): string {
  const [name = 'ERROR', ...extended] = (resultCodes[code & 0xff] ?? '').split(' ').filter(Boolean);
  const detail = extended[(code >> 8) - 1];
  return ['SQLITE', name, ...(detail ? [detail] : [])].join('_');
}

const resultCodes: Readonly<Record<number, string>> = {
  1: 'ERROR MISSING_COLLSEQ RETRY SNAPSHOT',
  2: 'INTERNAL',
  3: 'PERM',
  4: 'ABORT',
  5: 'BUSY RECOVERY SNAPSHOT TIMEOUT',
  6: 'LOCKED SHAREDCACHE VTAB',
  7: 'NOMEM',
  8: 'READONLY RECOVERY CANTLOCK ROLLBACK DBMOVED CANTINIT DIRECTORY',
  9: 'INTERRUPT',
  10:
    'IOERR READ SHORT_READ WRITE FSYNC DIR_FSYNC TRUNCATE FSTAT UNLOCK RDLOCK DELETE BLOCKED NOMEM ACCESS' +
    ' CHECKRESERVEDLOCK LOCK CLOSE DIR_CLOSE SHMOPEN SHMSIZE SHMLOCK SHMMAP SEEK DELETE_NOENT MMAP GETTEMPPATH' +
    ' CONVPATH VNODE AUTH BEGIN_ATOMIC COMMIT_ATOMIC ROLLBACK_ATOMIC DATA CORRUPTFS IN_PAGE',
  11: 'CORRUPT VTAB SEQUENCE INDEX',
  12: 'NOTFOUND',
  13: 'FULL',
  14: 'CANTOPEN NOTEMPDIR ISDIR FULLPATH CONVPATH DIRTYWAL SYMLINK',
  15: 'PROTOCOL',
  17: 'SCHEMA',
  18: 'TOOBIG',
  19: 'CONSTRAINT CHECK COMMITHOOK FOREIGNKEY FUNCTION NOTNULL PRIMARYKEY TRIGGER UNIQUE VTAB ROWID PINNED DATATYPE',
  20: 'MISMATCH',
  21: 'MISUSE',
  22: 'NOLFS',
  23: 'AUTH',
  25: 'RANGE',
  26: 'NOTADB',
};

/** Node.js 22 warns that its SQLite is experimental. Suppresses this warning while the module is loaded. */
function loadSqlite(): typeof NodeSqlite {
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (warning, ...rest: unknown[]) => {
    if (rest[0] !== 'ExperimentalWarning' || !String(warning).startsWith('SQLite ')) emitWarning(warning, ...rest);
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
