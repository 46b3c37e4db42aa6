import { isTurnOver, nextTurn, refuseIfCallerGone, watch, watched } from '#libs/kernel';
import type { DataSource, QueryRunner } from 'typeorm';

/**
 * Starts no statement for a caller that has disconnected, and yields to other requests between statements. Statements
 * of a transaction are not delayed: a started transaction ends soon.
 */
export function considerOthers(dataSource: DataSource): DataSource {
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...given: unknown[]) => Promise<never>;
    runner.query = (async (...given: unknown[]) => {
      if (!runner.isTransactionActive) {
        if (isTurnOver()) await nextTurn();
        refuseIfCallerGone();
      }
      return watch(watched.statement, { sql: String(given[0]) }, () => query(...given));
    }) as QueryRunner['query'];
    return runner;
  };
  return dataSource;
}
