import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Uses of stored secrets. No foreign key, because they are kept after the account is deleted. */
export class CreateCredentialUses1795300000000 implements MigrationInterface {
  readonly name = 'CreateCredentialUses1795300000000';

  async up(db: QueryRunner): Promise<void> {
    const { id, table, run } = dialectOf(db);
    await run(`
      CREATE TABLE credential_use (
        ${id},
        tenant_id        INT         NOT NULL,
        cloud_account_id INT         NOT NULL,
        used_at          DATETIME(3) NOT NULL,
        actor_kind       VARCHAR(16) NOT NULL,
        actor_id         INT         NULL,
        actor_name       VARCHAR(64) NOT NULL,
        purpose          VARCHAR(32) NOT NULL,
        operation_id     VARCHAR(36) NOT NULL,
        result           VARCHAR(16) NOT NULL,
        CONSTRAINT ck_credential_use_actor CHECK (actor_kind IN ('API_KEY', 'OPERATOR', 'GATEWAY')),
        CONSTRAINT ck_credential_use_result CHECK (result IN ('OPENED', 'REJECTED'))
      ) ${table}
    `);
    await run('CREATE INDEX ix_credential_use_account ON credential_use (tenant_id, cloud_account_id, used_at, id)');
    await run('CREATE INDEX ix_credential_use_age ON credential_use (used_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE credential_use');
  }
}
