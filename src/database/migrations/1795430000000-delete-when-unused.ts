import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Scheduled deletions, and records of deleted accounts. */
export class DeleteWhenUnused1795430000000 implements MigrationInterface {
  readonly name = 'DeleteWhenUnused1795430000000';

  async up(db: QueryRunner): Promise<void> {
    const { run, table } = dialectOf(db);
    for (const column of columns) await run(`ALTER TABLE cloud_account ADD COLUMN ${column}`);
    await run('CREATE INDEX ix_cloud_account_status ON cloud_account (status)');
    // Blockers of a deletion by tenant, sorted by the ID, which is the last column of every index.
    await run('CREATE INDEX ix_subscription_blockers ON subscription (active_cloud_account_id, tenant_id)');
    // No foreign key except to the tenant: the record is kept after the account is deleted, whose ID is never reused.
    await run(`
      CREATE TABLE deleted_cloud_account (
        id                      INT           NOT NULL PRIMARY KEY,
        tenant_id               INT           NOT NULL,
        name                    VARCHAR(64)   NOT NULL,
        provider                VARCHAR(8)    NOT NULL,
        region                  VARCHAR(32)   NOT NULL,
        ownership               VARCHAR(8)    NOT NULL,
        aws_account_id          VARCHAR(12)   NULL,
        aws_user_arn            VARCHAR(2048) NULL,
        console_role_arn        VARCHAR(2048) NULL,
        created_at              DATETIME(3)   NOT NULL,
        kind                    VARCHAR(16)   NOT NULL,
        reason                  VARCHAR(500)  NULL,
        requested_at            DATETIME(3)   NOT NULL,
        requested_by_kind       VARCHAR(16)   NOT NULL,
        requested_by_id         INT           NULL,
        requested_by_name       VARCHAR(64)   NOT NULL,
        approved_by_kind        VARCHAR(16)   NULL,
        approved_by_id          INT           NULL,
        approved_by_name        VARCHAR(64)   NULL,
        abandoned_subscriptions INT           NOT NULL,
        orphaned_resources      INT           NOT NULL,
        deleted_at              DATETIME(3)   NOT NULL,
        CONSTRAINT fk_deleted_cloud_account_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE RESTRICT,
        CONSTRAINT ck_deleted_cloud_account_kind CHECK (kind IN ('FAIL_IF_IN_USE', 'WHEN_UNUSED', 'FORCE_DETACH'))
      ) ${table}
    `);
    await run('CREATE INDEX ix_deleted_cloud_account_deleted ON deleted_cloud_account (tenant_id, deleted_at, id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE deleted_cloud_account');
    const { dropIndex } = dialectOf(db);
    await dropIndex('subscription', 'ix_subscription_blockers');
    await dropIndex('cloud_account', 'ix_cloud_account_status');
    for (const column of columns) await db.query(`ALTER TABLE cloud_account DROP COLUMN ${column.split(' ')[0]}`);
  }
}

const columns = [
  'status_before_deletion VARCHAR(24) NULL',
  'deletion_requested_at DATETIME(3) NULL',
  'deletion_requested_by_kind VARCHAR(16) NULL',
  'deletion_requested_by_id INT NULL',
  'deletion_requested_by_name VARCHAR(64) NULL',
];
