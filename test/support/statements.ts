import { DataSource } from 'typeorm';
import type { Gateway } from './gateway.js';

/** The SQL statements that the gateway sends to its database while `work` runs. */
export async function statementsOf(gateway: Gateway, work: () => Promise<unknown>): Promise<string[]> {
  const dataSource = gateway.get(DataSource);
  const { logger } = dataSource;
  const statements: string[] = [];
  const nothing = () => undefined;
  dataSource.logger = {
    logQuery: (sql: string) => statements.push(sql),
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
  try {
    await work();
  } finally {
    dataSource.logger = logger;
  }
  return statements;
}
