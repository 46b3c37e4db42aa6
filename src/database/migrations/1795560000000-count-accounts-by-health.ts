import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Metrics count accounts by their health. Rows have long reports, which a count must not read. */
export class CountAccountsByHealth1795560000000 implements MigrationInterface {
  readonly name = 'CountAccountsByHealth1795560000000';

  async up(db: QueryRunner): Promise<void> {
    const { run } = dialectOf(db);
    await run('CREATE INDEX ix_cloud_account_health_state ON cloud_account_health (state)');
  }

  async down(db: QueryRunner): Promise<void> {
    await dialectOf(db).dropIndex('cloud_account_health', 'ix_cloud_account_health_state');
  }
}
