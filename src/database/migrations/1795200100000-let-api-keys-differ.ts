import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Roles besides OWNER, allowed addresses, and the last use of an API key. Existing API keys can still introspect the
 * schema.
 */
export class LetApiKeysDiffer1795200100000 implements MigrationInterface {
  readonly name = 'LetApiKeysDiffer1795200100000';

  async up(db: QueryRunner): Promise<void> {
    const { run, replaceCheck } = dialectOf(db);
    await replaceCheck('api_key', 'ck_api_key_role', "role IN ('OWNER')", "role IN ('VIEWER', 'MANAGER', 'OWNER')");
    await run("ALTER TABLE api_key ADD COLUMN allowed_cidrs VARCHAR(1024) NOT NULL DEFAULT ''");
    await run('ALTER TABLE api_key ADD COLUMN may_introspect SMALLINT NOT NULL DEFAULT 1');
    await run('ALTER TABLE api_key ADD COLUMN last_used_at DATETIME(3) NULL');
  }

  async down(db: QueryRunner): Promise<void> {
    for (const column of ['last_used_at', 'may_introspect', 'allowed_cidrs'])
      await db.query(`ALTER TABLE api_key DROP COLUMN ${column}`);
    const { replaceCheck } = dialectOf(db);
    await replaceCheck('api_key', 'ck_api_key_role', "role IN ('VIEWER', 'MANAGER', 'OWNER')", "role IN ('OWNER')");
  }
}
