import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Resources that were built for subscriptions, with their history. Kept after the account is deleted, whose ID is never
 * reused.
 */
export class KeepALedger1795450000000 implements MigrationInterface {
  readonly name = 'KeepALedger1795450000000';

  async up(db: QueryRunner): Promise<void> {
    const { id, run, table } = dialectOf(db);
    await run(`
      CREATE TABLE provisioned_resource (
        ${id},
        tenant_id        INT          NOT NULL,
        cloud_account_id INT          NOT NULL,
        subscription_id  INT          NOT NULL,
        arn              VARCHAR(255) NOT NULL,
        kind             VARCHAR(32)  NOT NULL,
        region           VARCHAR(32)  NOT NULL,
        attributes       MEDIUMTEXT   NOT NULL,
        created_at       DATETIME(3)  NOT NULL,
        updated_at       DATETIME(3)  NOT NULL,
        removed_at       DATETIME(3)  NULL,
        orphaned_at      DATETIME(3)  NULL,
        CONSTRAINT uq_provisioned_resource_arn UNIQUE (cloud_account_id, arn),
        CONSTRAINT fk_provisioned_resource_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id),
        CONSTRAINT fk_provisioned_resource_subscription FOREIGN KEY (subscription_id) REFERENCES subscription (id)
      ) ${table}
    `);
    await run(`
      CREATE TABLE resource_change (
        ${id},
        resource_id INT         NOT NULL,
        kind        VARCHAR(16) NOT NULL,
        attributes  MEDIUMTEXT  NOT NULL,
        at          DATETIME(3) NOT NULL,
        CONSTRAINT ck_resource_change_kind CHECK (kind IN ('PROVISIONED', 'CHANGED', 'REMOVED', 'ORPHANED')),
        CONSTRAINT fk_resource_change_resource FOREIGN KEY (resource_id) REFERENCES provisioned_resource (id)
      ) ${table}
    `);
    await run('CREATE INDEX ix_provisioned_resource_subscription ON provisioned_resource (subscription_id, id)');
    await run(
      'CREATE INDEX ix_provisioned_resource_standing ON provisioned_resource (cloud_account_id, removed_at, id)',
    );
    await run('CREATE INDEX ix_resource_change_resource ON resource_change (resource_id, id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE resource_change');
    await db.query('DROP TABLE provisioned_resource');
  }
}
