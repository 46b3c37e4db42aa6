import type { EmbeddedSqlite } from '#libs/database';
import type { QueryRunner } from 'typeorm';

/** The few words in which the databases' SQL differs. All else in a migration must be read by all of them. */
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
    /** An id that is never given out twice; any other spelling loses that on SQLite. */
    id: sqlite ? 'id INTEGER PRIMARY KEY AUTOINCREMENT' : 'id INT NOT NULL AUTO_INCREMENT PRIMARY KEY',
    /** After the closing bracket of a table. */
    table: sqlite ? '' : 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
    /**
     * A statement of a migration's `up`. A server commits each by itself, so a migration that was cut off is begun anew
     * at the next start, and what it had done already is left as it is. SQLite rolls all of it back.
     */
    run,
    /** Lets a table's ids go on at `next`. */
    async continueAt(table: string, next: number): Promise<void> {
      await db.query(
        sqlite
          ? `UPDATE sqlite_sequence SET seq = ${next - 1} WHERE name = '${table}'`
          : `ALTER TABLE ${table} AUTO_INCREMENT = ${next}`,
      );
    },
    /** TypeORM's own would read the whole table first, and cannot read one with a generated column on SQLite. */
    dropIndex: async (table: string, index: string): Promise<void> => {
      await db.query(`DROP INDEX ${index}${sqlite ? '' : ` ON ${table}`}`);
    },
    /** Changes the condition of a check, whatever rows there are and whichever tables refer to them. */
    replaceCheck: async (table: string, name: string, before: string, after: string): Promise<void> => {
      if (sqlite) return replaceInDefinition(db, table, name, before, after);

      const [{ version }] = (await db.query('SELECT VERSION() AS version')) as [{ version: string }];
      const isMariaDb = version.includes('MariaDB'); // MySQL has the word of the standard since 8.0.19 only
      const add = `ADD CONSTRAINT ${name} CHECK (${after})`;
      if (isMariaDb) return run(`ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${name}, ${add}`);
      await run(`ALTER TABLE ${table} DROP CHECK ${name}`);
      await run(`ALTER TABLE ${table} ${add}`);
    },
  };
}

/**
 * Changes the stored definition, as https://sqlite.org/lang_altertable.html allows for checks, and then holds every row
 * against it. The table is not made again: dropping it would delete, or be refused for, the rows that refer to it.
 *
 * @throws Error when the table has no such check, or rows that the new one forbids; the migration is then rolled back
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
 * MySQL's and MariaDB's numbers for: the table, the column, the index, the row, the check is there, or what was to be
 * dropped is not.
 */
const doneBefore = new Set([1050, 1060, 1061, 1062, 1826, 3822, 1091, 3821]);
