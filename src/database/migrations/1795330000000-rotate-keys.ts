import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Rotation of an account's access key, and its rotation policy. At most one row for each account: an account cannot be
 * deleted without its rotation, and two processes cannot start one for the same IAM user.
 */
export class RotateKeys1795330000000 implements MigrationInterface {
  readonly name = 'RotateKeys1795330000000';

  async up(db: QueryRunner): Promise<void> {
    const { id, table, run } = dialectOf(db);
    await run(`
      CREATE TABLE key_rotation (
        ${id},
        tenant_id          INT          NOT NULL,
        cloud_account_id   INT          NOT NULL,
        aws_user_id        VARCHAR(128) NOT NULL,
        state              VARCHAR(16)  NOT NULL,
        step               VARCHAR(24)  NOT NULL,
        step_since         DATETIME(3)  NOT NULL,
        attempt            INT          NOT NULL,
        failures           INT          NOT NULL,
        old_key_id         VARCHAR(20)  NOT NULL,
        new_key_id         VARCHAR(20)  NULL,
        keys_before        TEXT         NULL,
        asked_from         DATETIME(3)  NULL,
        asked_until        DATETIME(3)  NULL,
        grace_until        DATETIME(3)  NULL,
        orphan_key_id      VARCHAR(20)  NULL,
        orphan_found_at    DATETIME(3)  NULL,
        orphan_grace_until DATETIME(3)  NULL,
        orphan_deleted_at  DATETIME(3)  NULL,
        candidate_ids      TEXT         NULL,
        is_cancelled       SMALLINT     NOT NULL,
        is_superseded      SMALLINT     NOT NULL,
        last_fault         TEXT         NULL,
        started_by_kind    VARCHAR(16)  NOT NULL,
        started_by_id      INT          NULL,
        started_by_name    VARCHAR(64)  NOT NULL,
        started_at         DATETIME(3)  NOT NULL,
        ended_at           DATETIME(3)  NULL,
        next_attempt_at    DATETIME(3)  NULL,
        lease_owner        VARCHAR(36)  NULL,
        lease_until        DATETIME(3)  NULL,
        CONSTRAINT uq_key_rotation_account UNIQUE (cloud_account_id),
        CONSTRAINT fk_key_rotation_account FOREIGN KEY (cloud_account_id) REFERENCES cloud_account (id) ON DELETE RESTRICT,
        CONSTRAINT ck_key_rotation_started_by CHECK (started_by_kind IN ('API_KEY', 'OPERATOR', 'GATEWAY')),
        CONSTRAINT ck_key_rotation_ended CHECK ((step = 'NONE') = (ended_at IS NOT NULL))
      ) ${table}
    `);
    await run('CREATE INDEX ix_key_rotation_due ON key_rotation (next_attempt_at)');
    // Orphaned access keys are looked for among the access keys of every account.
    await run('CREATE INDEX ix_aws_access_key_key ON aws_access_key (access_key_id)');
    await run(`
      CREATE TABLE key_rotation_policy (
        ${id},
        tenant_id        INT         NOT NULL,
        cloud_account_id INT         NOT NULL,
        rotate_every     INT         NULL,
        key_version      INT         NOT NULL,
        last_reminder    INT         NULL,
        next_attempt_at  DATETIME(3) NULL,
        lease_owner      VARCHAR(36) NULL,
        lease_until      DATETIME(3) NULL,
        CONSTRAINT uq_key_rotation_policy_account UNIQUE (cloud_account_id),
        CONSTRAINT fk_key_rotation_policy_account FOREIGN KEY (cloud_account_id) REFERENCES cloud_account (id) ON DELETE RESTRICT,
        CONSTRAINT ck_key_rotation_policy_every CHECK (rotate_every BETWEEN 1 AND 365)
      ) ${table}
    `);
    await run('CREATE INDEX ix_key_rotation_policy_due ON key_rotation_policy (next_attempt_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['key_rotation_policy', 'key_rotation']) await db.query(`DROP TABLE ${table}`);
    await db.dropIndex('aws_access_key', 'ix_aws_access_key_key');
  }
}
