import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Whether a subscription was torn down or abandoned. Existing ended ones were torn down. */
export class SayHowSubscriptionsEnded1795430200000 implements MigrationInterface {
  readonly name = 'SayHowSubscriptionsEnded1795430200000';

  async up(db: QueryRunner): Promise<void> {
    const { run } = dialectOf(db);
    await run('ALTER TABLE subscription ADD COLUMN end_reason VARCHAR(16) NULL');
    await run("UPDATE subscription SET end_reason = 'DELETED' WHERE status = 'DELETED'");
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE subscription DROP COLUMN end_reason');
  }
}
