import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Time of a tenant's suspension. Null for existing tenants. */
export class SuspendTenants1795510000000 implements MigrationInterface {
  readonly name = 'SuspendTenants1795510000000';

  async up(db: QueryRunner): Promise<void> {
    await dialectOf(db).run('ALTER TABLE tenant ADD COLUMN suspended_at DATETIME(3) NULL');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE tenant DROP COLUMN suspended_at');
  }
}
