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
    /** Lets a check mean something else. On SQLite only of a table that no other refers to: there it is made anew. */
    replaceCheck: async (table: string, name: string, before: string, after: string): Promise<void> => {
      if (sqlite) return replaceInDefinition(db, table, `CHECK (${before})`, `CHECK (${after})`);

      const [{ version }] = (await db.query('SELECT VERSION() AS version')) as [{ version: string }];
      const isMariaDb = version.includes('MariaDB'); // MySQL has the word of the standard since 8.0.19 only
      await run(`ALTER TABLE ${table} DROP ${isMariaDb ? 'CONSTRAINT' : 'CHECK'} ${name}`);
      await run(`ALTER TABLE ${table} ADD CONSTRAINT ${name} CHECK (${after})`);
    },
  };
}

/** https://sqlite.org/lang_altertable.html#otheralter */
async function replaceInDefinition(db: QueryRunner, table: string, before: string, after: string): Promise<void> {
  const definitions = async (type: 'table' | 'index'): Promise<string[]> => {
    const of = 'SELECT sql FROM sqlite_master WHERE type = ? AND tbl_name = ? AND sql IS NOT NULL';
    return ((await db.query(of, [type, table])) as { sql: string }[]).map(({ sql }) => sql);
  };
  const [definition = ''] = await definitions('table');
  const indexes = await definitions('index');
  const changed = definition.replace(before, after).replace(table, `new_${table}`);
  if (!changed.includes(after)) throw new Error(`The table ${table} has no ${before}.`);

  await db.query(changed);
  await db.query(`INSERT INTO new_${table} SELECT * FROM ${table}`);
  await db.query(`DROP TABLE ${table}`);
  await db.query(`ALTER TABLE new_${table} RENAME TO ${table}`);
  for (const index of indexes) await db.query(index);
}

/**
 * MySQL's and MariaDB's numbers for: the table, the column, the index, the row, the check is there, or what was to be
 * dropped is not.
 */
const doneBefore = new Set([1050, 1060, 1061, 1062, 1826, 3822, 1091, 3821]);
