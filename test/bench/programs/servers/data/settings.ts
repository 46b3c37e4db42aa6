const { PORT, PEPPER, DATABASE_URL, SQLITE_FILE } = process.env;

/** As `server-process.ts` gives them. */
export const settings = {
  port: Number(PORT),
  /** The key under which API keys are hashed. */
  pepper: Buffer.from(PEPPER ?? '', 'hex'),
  /** Of MariaDB; undefined on SQLite. */
  databaseUrl: DATABASE_URL,
  sqliteFile: SQLITE_FILE,
};
