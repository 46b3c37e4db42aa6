import type { EmbeddedSqlite } from '#libs/database';
import type { QueryRunner } from 'typeorm';

/** Parts of SQL that differ between the databases. All other SQL of a migration must work on all of them. */
export function dialectOf(db: QueryRunner) {
  const sqlite = db.connection.options.type === 'better-sqlite3';
  const run = async (sql: string): Promise<void> => {
    try {
      await db.query(sql);
    } catch (error) {
      if (sqlite || !doneBefore.has(Number((error as { errno?: number }).errno))) throw error;
    }
  };
  return {
    /** ID that is never reused. On SQLite, only this spelling guarantees that. */
    id: sqlite ? 'id INTEGER PRIMARY KEY AUTOINCREMENT' : 'id INT NOT NULL AUTO_INCREMENT PRIMARY KEY',
    /** Text after the closing parenthesis of a table. */
    table: sqlite ? '' : 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
    /**
     * Runs a statement of a migration's `up`. A server commits each statement by itself, so an interrupted migration
     * starts again at the next start, and completed statements are skipped. SQLite rolls everything back.
     */
    run,
    /** Sets the next ID of a table. */
    async continueAt(table: string, next: number): Promise<void> {
      await db.query(
        sqlite
          ? `UPDATE sqlite_sequence SET seq = ${next - 1} WHERE name = '${table}'`
          : `ALTER TABLE ${table} AUTO_INCREMENT = ${next}`,
      );
    },
    /** TypeORM's own method reads the whole table first, and cannot read one with a generated column on SQLite. */
    dropIndex: async (table: string, index: string): Promise<void> => {
      await db.query(`DROP INDEX ${index}${sqlite ? '' : ` ON ${table}`}`);
    },
    /** Changes the condition of a CHECK, with existing rows and references from other tables. */
    replaceCheck: async (table: string, name: string, before: string, after: string): Promise<void> => {
      if (sqlite) return replaceInDefinition(db, table, name, before, after);

      const [{ version }] = (await db.query('SELECT VERSION() AS version')) as [{ version: string }];
      const isMariaDb = version.includes('MariaDB'); // MySQL supports the standard syntax only since 8.0.19
      const add = `ADD CONSTRAINT ${name} CHECK (${after})`;
      if (isMariaDb) return run(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name}, ${add}`);
      await run(`ALTER TABLE ${table} DROP CHECK ${name}`);
      await run(`ALTER TABLE ${table} ${add}`);
    },
  };
}

/**
 * Changes the stored definition, as https://sqlite.org/lang_altertable.html allows for checks, and then checks every
 * row. Does not create a new table: dropping the old one would delete the rows that refer to it, or be refused.
 *
 * @throws Error when the table has no such check, or has rows that violate the new one; the migration is then rolled
 * back
 */
async function replaceInDefinition(
  db: QueryRunner,
  table: string,
  name: string,
  before: string,
  after: string,
): Promise<void> {
  const [found] = (await db.query("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", [table])) as {
    sql: string;
  }[];
  const constraint = new RegExp(`(\\bCONSTRAINT\\s+"?${name}"?\\s+CHECK\\s*)\\(${literally(before)}\\)`);
  if (!found || !constraint.test(found.sql))
    throw new Error(`The table ${table} does not have ${name} CHECK (${before}).`);
  const changed = found.sql.replace(constraint, (_, words: string) => `${words}(${after})`);

  const { databaseConnection } = db.connection.driver as unknown as { databaseConnection: EmbeddedSqlite };
  databaseConnection.changeDefinition(table, changed);
  const faults = (await db.query(`PRAGMA integrity_check(${table})`)) as { integrity_check: string }[];
  if (faults.some((fault) => fault.integrity_check !== 'ok'))
    throw new Error(`Rows of the table ${table} violate ${name} CHECK (${after}).`);
}

const literally = (sql: string) => sql.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Error numbers of MySQL and MariaDB: the table, column, index, row or check already exists, or what was to be dropped
 * does not.
 */
const doneBefore = new Set([1050, 1060, 1061, 1062, 1826, 3822, 1091, 3821]);
