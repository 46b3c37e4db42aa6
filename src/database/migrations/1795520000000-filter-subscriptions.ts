import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Indexes by status in the order of the lists, so that a filter reads no other rows. */
export class FilterSubscriptions1795520000000 implements MigrationInterface {
  readonly name = 'FilterSubscriptions1795520000000';

  async up(db: QueryRunner): Promise<void> {
    const { run } = dialectOf(db);
    await run('CREATE INDEX ix_subscription_status ON subscription (tenant_id, status, created_at, id)');
    await run(
      'CREATE INDEX ix_subscription_account_status ON subscription (cloud_account_id, tenant_id, status, created_at, id)',
    );
  }

  async down(db: QueryRunner): Promise<void> {
    const { dropIndex } = dialectOf(db);
    await dropIndex('subscription', 'ix_subscription_account_status');
    await dropIndex('subscription', 'ix_subscription_status');
  }
}
