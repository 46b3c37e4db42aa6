import { DataSource } from 'typeorm';
import { currentRequest } from '../../src/graphql/request-context.js';
import type { Gateway } from './gateway.js';

/** The SQL statements that the gateway sends to its database for requests, while `work` runs. Its loops ask, too. */
export async function statementsOf(gateway: Gateway, work: () => Promise<unknown>): Promise<string[]> {
  const dataSource = gateway.get(DataSource);
  const { logger } = dataSource;
  const statements: string[] = [];
  const nothing = () => undefined;
  dataSource.logger = {
    logQuery: (sql: string) => currentRequest.getStore() && statements.push(sql),
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
