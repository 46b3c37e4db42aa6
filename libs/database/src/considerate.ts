import { isTurnOver, nextTurn, refuseIfCallerGone } from '#libs/kernel';
import type { DataSource, QueryRunner } from 'typeorm';

/**
 * Starts no statement for a caller that has gone, and lets others have their turn between two statements. Statements of a
 * transaction are left alone: what has begun is finished, and quickly.
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
      return query(...given);
    }) as QueryRunner['query'];
    return runner;
  };
  return dataSource;
}
