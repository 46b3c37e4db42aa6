import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Configuration of subscriptions, and the work of provisioners. Existing pending subscriptions get work to build them.
 */
export class ProvisionSubscriptions1795440000000 implements MigrationInterface {
  readonly name = 'ProvisionSubscriptions1795440000000';

  async up(db: QueryRunner): Promise<void> {
    const { replaceCheck, run, table } = dialectOf(db);
    for (const column of columns) await run(`ALTER TABLE subscription ADD COLUMN ${column}`);
    await run(`
      CREATE TABLE provisioning_work (
        subscription_id   INT          NOT NULL PRIMARY KEY,
        kind              VARCHAR(16)  NOT NULL,
        created_at        DATETIME(3)  NOT NULL,
        claims            INT          NOT NULL,
        progress          INT          NOT NULL,
        message           VARCHAR(500) NULL,
        stop_requested_at DATETIME(3)  NULL,
        next_attempt_at   DATETIME(3)  NULL,
        lease_owner       VARCHAR(36)  NULL,
        claimed_by        INT          NULL,
        lease_until       DATETIME(3)  NULL,
        CONSTRAINT fk_provisioning_work_subscription
          FOREIGN KEY (subscription_id) REFERENCES subscription (id) ON DELETE CASCADE,
        CONSTRAINT ck_provisioning_work_kind CHECK (kind IN ('BUILD', 'CHANGE', 'TEAR_DOWN')),
        CONSTRAINT ck_provisioning_work_progress CHECK (progress BETWEEN 0 AND 100)
      ) ${table}
    `);
    await replaceCheck('api_key', 'ck_api_key_role', tenantsRoles, allRoles);
    await run('CREATE INDEX ix_provisioning_work_due ON provisioning_work (next_attempt_at, lease_until)');
    await run('DELETE FROM provisioning_work');
    await run(`
      INSERT INTO provisioning_work (subscription_id, kind, created_at, claims, progress, next_attempt_at)
      SELECT id, 'BUILD', created_at, 0, 0, created_at FROM subscription WHERE status = 'PENDING'
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE provisioning_work');
    await db.query("DELETE FROM api_key WHERE role = 'PROVISIONER'");
    await dialectOf(db).replaceCheck('api_key', 'ck_api_key_role', allRoles, tenantsRoles);
    for (const column of columns) await db.query(`ALTER TABLE subscription DROP COLUMN ${column.split(' ')[0]}`);
  }
}

const tenantsRoles = "role IN ('VIEWER', 'MANAGER', 'OWNER')";
const allRoles = "role IN ('VIEWER', 'MANAGER', 'OWNER', 'PROVISIONER')";

const columns = [
  'plan VARCHAR(64) NULL',
  'deployment_cidr VARCHAR(18) NULL',
  'vpc_id VARCHAR(32) NULL',
  'tags TEXT NULL',
  'failed_kind VARCHAR(16) NULL',
  'failure_message VARCHAR(500) NULL',
];
