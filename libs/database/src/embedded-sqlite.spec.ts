import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { connectionOptions } from './connect.js';
import { EmbeddedSqlite, type EmbeddedStatement, SqliteError } from './embedded-sqlite.js';
import { failureOf } from './failure.js';

describe('The embedded database', () => {
  let folder: string;
  let file: string;
  let database: EmbeddedSqlite;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'embedded-'));
    file = join(folder, 'test.sqlite');
    database = new EmbeddedSqlite(file, { timeout: 0 });
    database.exec('CREATE TABLE value (id INTEGER PRIMARY KEY, v)');
  });
  afterEach(async () => {
    database.close();
    await rm(folder, { recursive: true });
  });

  const store = (...values: unknown[]) => database.prepare('INSERT INTO value (v) VALUES (?)').run(...values);
  const codeOf = (work: () => unknown): unknown => {
    try {
      work();
    } catch (error) {
      return error instanceof SqliteError ? error.code : error;
    }
    return null;
  };

  it.each([null, 0, -1.5, 2 ** 53 - 1, '', "it's; -- ? \\ \n \u{1F511}", Buffer.of(), Buffer.from([0, 255, 39])])(
    'returns a value as it was stored: %p',
    (value) => {
      const { lastInsertRowid } = store(value);
      const [row] = database.prepare('SELECT v FROM value WHERE id = ?').all(lastInsertRowid);

      expect(row).toStrictEqual({ v: value });
      if (Buffer.isBuffer(value)) expect(Buffer.isBuffer(row!['v'])).toBe(true);
    },
  );

  it('stores an integer of 64 bits, and refuses to round it', () => {
    store(2n ** 62n);

    expect(database.prepare("SELECT v || '' AS v FROM value").all()).toEqual([{ v: '4611686018427387904' }]);
    expect(() => database.prepare('SELECT v FROM value').all()).toThrow(/too large/);
  });

  it.each([true, undefined, new Date(), { v: 1 }, [1], Symbol('v'), () => 1])(
    'refuses a value of another type: %p',
    (value) => {
      expect(() => store(value)).toThrow(TypeError);
      expect(database.prepare('SELECT COUNT(*) AS n FROM value').all()).toEqual([{ n: 0 }]);
    },
  );

  it('refuses to store a text that could not be read back, and to look for it', () => {
    expect(() => store('a\0b')).toThrow(/U\+0000/);
    expect(() => database.prepare('INSERT INTO value (v) VALUES (?) RETURNING id').all('a\0b')).toThrow(/U\+0000/);
    expect(database.prepare('SELECT v FROM value WHERE v = ?').all('a\0b')).toEqual([]);
  });

  it.each([
    ['too few parameters', 'SELECT ? AS a, ? AS b', [1]],
    ['too many parameters', 'SELECT ? AS a', [1, 2]],
    ['no parameters', 'SELECT ? AS a', []],
    ['parameters for none', 'SELECT \'?\' AS "?", `?`, [?] FROM (SELECT 1 AS [?]) -- ?\n /* ? */', [1]],
  ])('refuses %s', (_, sql, parameters) => {
    expect(() => database.prepare(sql).all(...parameters)).toThrow(/^The statement takes \d parameters, not \d\.$/);
  });

  it('does not count a question mark in a text, a name or a comment', () => {
    const sql = `SELECT '?''?' AS a, ? AS "?" -- it's ?\n/* ' ? */`;

    expect(database.prepare(sql).all(7)).toEqual([{ a: "?'?", '?': 7 }]);
  });

  it('refuses a second statement, which SQLite would ignore, but not a comment', () => {
    expect(codeOf(() => database.prepare('SELECT 1; DELETE FROM value'))).toBe('SQLITE_MISUSE');
    expect(database.prepare('SELECT 1 AS one; -- done\n ; /* all */').all()).toEqual([{ one: 1 }]);
  });

  it('knows which statements return rows', () => {
    const isReader = (sql: string) => (database.prepare(sql) satisfies EmbeddedStatement).reader;

    expect(isReader('SELECT 1')).toBe(true);
    expect(isReader('PRAGMA user_version')).toBe(true);
    expect(isReader('INSERT INTO value (v) VALUES (1) RETURNING id')).toBe(true);
    expect(isReader('INSERT INTO value (v) VALUES (1)')).toBe(false);
    expect(isReader('BEGIN')).toBe(false);
  });

  it('counts changed rows', () => {
    store(1);
    store(1);

    expect(database.prepare('UPDATE value SET v = 2').run()).toEqual({ changes: 2, lastInsertRowid: 2 });
  });

  it('knows whether a transaction is open', () => {
    const seen = ['BEGIN', 'COMMIT', 'BEGIN', 'ROLLBACK'].map((sql) => (database.exec(sql), database.inTransaction));

    expect(seen).toEqual([true, false, true, false]);
  });

  it('can be closed repeatedly, and leaves one file', () => {
    database.pragma('journal_mode = WAL');
    store(1);
    expect(existsSync(`${file}-wal`)).toBe(true);
    database.close();
    database.close();

    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('copies itself as of one moment', async () => {
    store('kept');
    const copy = `${file}.copy`;
    await database.copyTo(copy);
    store('later');

    const copied = new EmbeddedSqlite(copy, { readonly: true });
    expect(copied.prepare('SELECT v FROM value').all()).toEqual([{ v: 'kept' }]);
    copied.close();
    await expect(database.copyTo(copy)).rejects.toThrow('The file exists.');
  });

  describe('names a failure like SQLite', () => {
    beforeEach(() => {
      database.pragma('foreign_keys = ON');
      database.exec(`
        CREATE TABLE parent (id INTEGER PRIMARY KEY, u UNIQUE, n NOT NULL CHECK (n > 0));
        CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id REFERENCES parent (id) ON DELETE RESTRICT);
        INSERT INTO parent VALUES (1, 1, 1);
        INSERT INTO child VALUES (1, 1)`);
    });

    it.each([
      ['INSERT INTO parent VALUES (2, 1, 1)', 'SQLITE_CONSTRAINT_UNIQUE', 'duplicate-key'],
      ['INSERT INTO parent VALUES (1, 2, 1)', 'SQLITE_CONSTRAINT_PRIMARYKEY', 'duplicate-key'],
      ['INSERT INTO parent VALUES (2, 2, NULL)', 'SQLITE_CONSTRAINT_NOTNULL', 'other'],
      ['INSERT INTO parent VALUES (2, 2, 0)', 'SQLITE_CONSTRAINT_CHECK', 'other'],
      ['INSERT INTO child VALUES (2, 9)', 'SQLITE_CONSTRAINT_FOREIGNKEY', 'foreign-key'],
      ['DELETE FROM parent', 'SQLITE_CONSTRAINT_TRIGGER', 'foreign-key'],
      ['SELECT * FROM nowhere', 'SQLITE_ERROR', 'other'],
      ['SELEKT', 'SQLITE_ERROR', 'other'],
    ])('%s: %s', (sql, code, failure) => {
      let thrown: unknown;
      const named = codeOf(() => {
        try {
          database.prepare(sql).run();
        } catch (error) {
          throw (thrown = error);
        }
      });

      expect(named).toBe(code);
      expect(failureOf(thrown)).toBe(failure);
    });

    it('a lock that another connection holds', () => {
      const other = new EmbeddedSqlite(file);
      other.exec('BEGIN IMMEDIATE');
      try {
        expect(codeOf(() => database.exec('BEGIN IMMEDIATE'))).toBe('SQLITE_BUSY');
      } finally {
        other.close();
      }
    });

    it('an outdated snapshot', () => {
      database.pragma('journal_mode = WAL');
      database.exec('BEGIN');
      database.prepare('SELECT * FROM value').all();
      const other = new EmbeddedSqlite(file);
      other.exec('INSERT INTO value (v) VALUES (1)');
      other.close();

      expect(codeOf(() => store(2))).toBe('SQLITE_BUSY_SNAPSHOT');
      database.exec('ROLLBACK');
    });

    it('a full file system, a read-only file, and a missing file', () => {
      const reader = new EmbeddedSqlite(file, { readonly: true });
      expect(codeOf(() => reader.exec('DELETE FROM value'))).toBe('SQLITE_READONLY');
      reader.close();
      database.pragma(`max_page_count = ${database.pragma('page_count')[0]!['page_count'] as number}`);
      expect(codeOf(() => store(Buffer.alloc(100_000)))).toBe('SQLITE_FULL');
      expect(codeOf(() => new EmbeddedSqlite(join(folder, 'none', 'x.sqlite')))).toBe('SQLITE_CANTOPEN');
      expect(codeOf(() => new EmbeddedSqlite(join(folder, 'x.sqlite'), { readonly: true }))).toBe('SQLITE_CANTOPEN');
    });
  });

  it('keeps committed data after a power failure, wipes deleted data, and enforces foreign keys', async () => {
    const dataSource = await new DataSource(await connectionOptions({ file })).initialize();
    const valueOf = async (pragma: string) =>
      Object.values((await dataSource.query<object[]>(`PRAGMA ${pragma}`))[0]!)[0];
    try {
      expect(await valueOf('journal_mode')).toBe('wal');
      expect(await valueOf('synchronous')).toBe(2);
      expect(await valueOf('secure_delete')).toBe(1);
      expect(await valueOf('foreign_keys')).toBe(1);
      expect(await valueOf('busy_timeout')).toBe(0);
    } finally {
      await dataSource.destroy();
    }
  });
});
