import { AsyncLocalStorage } from 'node:async_hooks';
import { DataSource } from 'typeorm';
import { currentRequest } from '../../src/graphql/request-context.js';
import type { Gateway } from './gateway.js';

const ours = new AsyncLocalStorage<true>();

/**
 * SQL statements of requests, or of `work` itself, without the lookup of API keys, which happens once a second.
 * Includes statements of background tasks.
 */
export async function statementsOf(gateway: Gateway, work: () => Promise<unknown>): Promise<string[]> {
  return (await allStatementsOf(gateway, work)).filter(
    (statement) => !statement.includes('FROM api_key AS t WHERE key_id'),
  );
}

/** Like `statementsOf`, with the lookup of API keys. */
export async function allStatementsOf(gateway: Gateway, work: () => Promise<unknown>): Promise<string[]> {
  const dataSource = gateway.get(DataSource);
  const { logger } = dataSource;
  const statements: string[] = [];
  const nothing = () => undefined;
  dataSource.logger = {
    logQuery: (sql: string) => (currentRequest.getStore() ?? ours.getStore()) && statements.push(sql),
    logQueryError: nothing,
    logQuerySlow: nothing,
    logSchemaBuild: nothing,
    logMigration: nothing,
    log: nothing,
  };
  try {
    await ours.run(true, work);
  } finally {
    dataSource.logger = logger;
  }
  return statements;
}
