import type { QueryRunner } from 'typeorm';

/** The few words in which the databases' SQL differs. All else in a migration must be read by all of them. */
export function dialectOf(db: QueryRunner) {
  const sqlite = db.connection.options.type === 'better-sqlite3';
  return {
    /** An id that is never given out twice; any other spelling loses that on SQLite. */
    id: sqlite ? 'id INTEGER PRIMARY KEY AUTOINCREMENT' : 'id INT NOT NULL AUTO_INCREMENT PRIMARY KEY',
    /** After the closing bracket of a table. */
    table: sqlite ? '' : 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin',
    /**
     * A statement of a migration's `up`. A server commits each by itself, so a migration that was cut off is begun anew
     * at the next start, and what it had done already is left as it is. SQLite rolls all of it back.
     */
    run: async (sql: string): Promise<void> => {
      try {
        await db.query(sql);
      } catch (error) {
        if (sqlite || !doneBefore.has(Number((error as { errno?: number }).errno))) throw error;
      }
    },
    /** Lets a table's ids go on at `next`. */
    async continueAt(table: string, next: number): Promise<void> {
      await db.query(
        sqlite
          ? `UPDATE sqlite_sequence SET seq = ${next - 1} WHERE name = '${table}'`
          : `ALTER TABLE ${table} AUTO_INCREMENT = ${next}`,
      );
    },
  };
}

/** MySQL's and MariaDB's numbers for: the table, the column, the index, the row is there. */
const doneBefore = new Set([1050, 1060, 1061, 1062]);
