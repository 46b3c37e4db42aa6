import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

export class LetApiKeysEnd1795100000000 implements MigrationInterface {
  readonly name = 'LetApiKeysEnd1795100000000';

  async up(db: QueryRunner): Promise<void> {
    const { run } = dialectOf(db);
    await run('ALTER TABLE api_key ADD COLUMN expires_at DATETIME(3) NULL');
    await run('ALTER TABLE api_key ADD COLUMN revoked_at DATETIME(3) NULL');
    await run('CREATE INDEX ix_api_key_tenant ON api_key (tenant_id, id)');
  }

  async down(db: QueryRunner): Promise<void> {
    for (const column of ['revoked_at', 'expires_at']) await db.query(`ALTER TABLE api_key DROP COLUMN ${column}`);
  }
}
