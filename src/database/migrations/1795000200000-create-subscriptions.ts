import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Enforces the rule of CloudAccountService.delete in the database: an account with an active subscription cannot be
 * deleted, not even by SQL.
 *
 * `active_cloud_account_id` has the same meaning as Subscription.isActive, and has the only foreign key to the account:
 * one on `cloud_account_id` would let ended subscriptions block forever (RESTRICT) or delete active ones (CASCADE).
 */
export class CreateSubscriptions1795000200000 implements MigrationInterface {
  readonly name = 'CreateSubscriptions1795000200000';

  async up(db: QueryRunner): Promise<void> {
    const { id, table, run } = dialectOf(db);
    await run(`
      CREATE TABLE subscription (
        ${id},
        tenant_id               INT         NOT NULL,
        cloud_account_id        INT         NOT NULL,
        name                    VARCHAR(64) NOT NULL,
        region                  VARCHAR(32) NOT NULL,
        status                  VARCHAR(16) NOT NULL,
        version                 INT         NOT NULL,
        created_at              DATETIME(3) NOT NULL,
        updated_at              DATETIME(3) NOT NULL,
        ended_at                DATETIME(3) NULL,
        active_cloud_account_id INT
          GENERATED ALWAYS AS (CASE WHEN status <> 'DELETED' THEN cloud_account_id ELSE NULL END) STORED,
        CONSTRAINT fk_subscription_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE RESTRICT,
        CONSTRAINT fk_subscription_active_account
          FOREIGN KEY (active_cloud_account_id) REFERENCES cloud_account (id) ON DELETE RESTRICT,
        CONSTRAINT ck_subscription_status
          CHECK (status IN ('PENDING', 'ACTIVE', 'CHANGE_PENDING', 'DELETING', 'ERROR', 'DELETED'))
      ) ${table}
    `);
    await run('CREATE INDEX ix_subscription_active_account ON subscription (active_cloud_account_id)');
    await run('CREATE INDEX ix_subscription_account ON subscription (cloud_account_id, tenant_id, created_at, id)');
    await run('CREATE INDEX ix_subscription_created ON subscription (tenant_id, created_at, id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE subscription');
  }
}
