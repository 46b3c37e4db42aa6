import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Schedule and findings of drift checks. Both are deleted with the account. */
export class WatchDrift1795460000000 implements MigrationInterface {
  readonly name = 'WatchDrift1795460000000';

  async up(db: QueryRunner): Promise<void> {
    const { id, run, table } = dialectOf(db);
    await run(`
      CREATE TABLE drift_watch (
        cloud_account_id     INT         NOT NULL PRIMARY KEY,
        tenant_id            INT         NOT NULL,
        last_started_at      DATETIME(3) NULL,
        last_checked_at      DATETIME(3) NULL,
        last_complete_at     DATETIME(3) NULL,
        codes                TEXT        NOT NULL,
        consecutive_failures INT         NOT NULL,
        requested_at         DATETIME(3) NULL,
        next_attempt_at      DATETIME(3) NOT NULL,
        lease_owner          VARCHAR(36) NULL,
        lease_until          DATETIME(3) NULL,
        CONSTRAINT fk_drift_watch_account
          FOREIGN KEY (cloud_account_id) REFERENCES cloud_account (id) ON DELETE CASCADE
      ) ${table}
    `);
    // A resource has at most one open finding of a kind, even with concurrent checks: resolved rows have no open kind.
    await run(`
      CREATE TABLE drift_finding (
        ${id},
        tenant_id        INT          NOT NULL,
        cloud_account_id INT          NOT NULL,
        subscription_id  INT          NOT NULL,
        resource_id      INT          NOT NULL,
        kind             VARCHAR(32)  NOT NULL,
        expected         MEDIUMTEXT   NOT NULL,
        found            MEDIUMTEXT   NOT NULL,
        since            DATETIME(3)  NOT NULL,
        changed_at       DATETIME(3)  NOT NULL,
        acknowledged_at  DATETIME(3)  NULL,
        acknowledged_by  VARCHAR(64)  NULL,
        note             VARCHAR(500) NULL,
        resolved_at      DATETIME(3)  NULL,
        resolution       VARCHAR(16)  NULL,
        open_kind        VARCHAR(32)  GENERATED ALWAYS AS (CASE WHEN resolved_at IS NULL THEN kind END) STORED,
        CONSTRAINT uq_drift_finding_open UNIQUE (resource_id, open_kind),
        CONSTRAINT fk_drift_finding_watch
          FOREIGN KEY (cloud_account_id) REFERENCES drift_watch (cloud_account_id) ON DELETE CASCADE,
        CONSTRAINT fk_drift_finding_resource FOREIGN KEY (resource_id) REFERENCES provisioned_resource (id)
      ) ${table}
    `);
    await run('CREATE INDEX ix_drift_watch_due ON drift_watch (next_attempt_at)');
    await run('CREATE INDEX ix_drift_finding_tenant ON drift_finding (tenant_id, since, id)');
    await run('CREATE INDEX ix_drift_finding_account ON drift_finding (cloud_account_id, resolved_at, since, id)');
    await run('CREATE INDEX ix_drift_finding_subscription ON drift_finding (subscription_id, since, id)');
    await run('DELETE FROM drift_watch');
    await run(`
      INSERT INTO drift_watch (cloud_account_id, tenant_id, codes, consecutive_failures, next_attempt_at)
      SELECT a.id, a.tenant_id, '[]', 0, a.created_at FROM cloud_account a
      WHERE a.ownership = 'CUSTOMER'
        AND EXISTS (SELECT 1 FROM provisioned_resource r WHERE r.cloud_account_id = a.id AND r.removed_at IS NULL)
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE drift_finding');
    await db.query('DROP TABLE drift_watch');
  }
}
