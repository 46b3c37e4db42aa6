import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** AWS account that pending credentials must belong to. */
export class ExpectAwsAccounts1795480000000 implements MigrationInterface {
  readonly name = 'ExpectAwsAccounts1795480000000';

  async up(db: QueryRunner): Promise<void> {
    await dialectOf(db).run('ALTER TABLE credential_trial ADD COLUMN expected_aws_account_id VARCHAR(12) NULL');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE credential_trial DROP COLUMN expected_aws_account_id');
  }
}
