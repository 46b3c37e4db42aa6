import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Last observed health of accounts that were ACTIVE at least once; deleted with the account. Existing accounts are
 * HEALTHY since AWS last accepted their access keys, and are due immediately.
 */
export class WatchHealth1795320000000 implements MigrationInterface {
  readonly name = 'WatchHealth1795320000000';

  async up(db: QueryRunner): Promise<void> {
    const { table, run } = dialectOf(db);
    await run(`
      CREATE TABLE cloud_account_health (
        cloud_account_id      INT         NOT NULL PRIMARY KEY,
        tenant_id             INT         NOT NULL,
        state                 VARCHAR(16) NOT NULL,
        since                 DATETIME(3) NOT NULL,
        suspected             VARCHAR(16) NULL,
        last_checked_at       DATETIME(3) NOT NULL,
        last_success_at       DATETIME(3) NOT NULL,
        consecutive_failures  INT         NOT NULL,
        codes                 TEXT        NOT NULL,
        report                MEDIUMTEXT  NULL,
        reported_at           DATETIME(3) NULL,
        next_full_at          DATETIME(3) NOT NULL,
        next_attempt_at       DATETIME(3) NOT NULL,
        suspected_at          DATETIME(3) NULL,
        lease_owner           VARCHAR(36) NULL,
        lease_until           DATETIME(3) NULL,
        asking_aws_account_id VARCHAR(12) NULL,
        CONSTRAINT uq_cloud_account_health_asking UNIQUE (asking_aws_account_id),
        CONSTRAINT fk_cloud_account_health_account
          FOREIGN KEY (cloud_account_id) REFERENCES cloud_account (id) ON DELETE CASCADE,
        CONSTRAINT ck_cloud_account_health_state CHECK (state IN ('HEALTHY', 'DEGRADED', 'BROKEN')),
        CONSTRAINT ck_cloud_account_health_suspected CHECK (suspected IN ('HEALTHY', 'DEGRADED', 'BROKEN'))
      ) ${table}
    `);
    await run('CREATE INDEX ix_cloud_account_health_due ON cloud_account_health (next_attempt_at)');
    await run(`
      INSERT INTO cloud_account_health (cloud_account_id, tenant_id, state, since, last_checked_at, last_success_at,
        consecutive_failures, codes, next_full_at, next_attempt_at)
      SELECT a.id, a.tenant_id, 'HEALTHY', k.last_verified_at, k.last_verified_at, k.last_verified_at,
        0, '[]', k.last_verified_at, k.last_verified_at
      FROM cloud_account a JOIN aws_access_key k ON k.cloud_account_id = a.id AND k.slot = 'CURRENT'
      WHERE a.ownership = 'CUSTOMER' AND a.status = 'ACTIVE'
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE cloud_account_health');
  }
}
