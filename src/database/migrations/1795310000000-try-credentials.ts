import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Access keys that AWS does not recognize yet: one row for each account that has such an access key, or whose last one
 * was rejected.
 */
export class TryCredentials1795310000000 implements MigrationInterface {
  readonly name = 'TryCredentials1795310000000';

  async up(db: QueryRunner): Promise<void> {
    const { table, run } = dialectOf(db);
    await run('ALTER TABLE cloud_account ADD COLUMN node_role_name VARCHAR(64) NULL');
    // An account cannot be deleted without its trial.
    await run(`
      CREATE TABLE credential_trial (
        cloud_account_id          INT           NOT NULL PRIMARY KEY,
        tenant_id                 INT           NOT NULL,
        candidate_version         INT           NOT NULL,
        access_key_id             VARCHAR(20)   NOT NULL,
        console_role_name         VARCHAR(64)   NOT NULL,
        node_role_name            VARCHAR(64)   NULL,
        allow_missing_permissions SMALLINT      NOT NULL,
        attempt                   INT           NOT NULL,
        started_at                DATETIME(3)   NOT NULL,
        next_attempt_at           DATETIME(3)   NULL,
        gives_up_at               DATETIME(3)   NOT NULL,
        ended_at                  DATETIME(3)   NULL,
        lease_owner               VARCHAR(36)   NULL,
        lease_until               DATETIME(3)   NULL,
        actor_kind                VARCHAR(16)   NOT NULL,
        actor_id                  INT           NULL,
        actor_name                VARCHAR(64)   NOT NULL,
        last_error_code           VARCHAR(64)   NOT NULL,
        last_error_message        VARCHAR(1024) NOT NULL,
        last_aws_error_code       VARCHAR(64)   NULL,
        CONSTRAINT fk_credential_trial_account FOREIGN KEY (cloud_account_id) REFERENCES cloud_account (id) ON DELETE RESTRICT,
        CONSTRAINT ck_credential_trial_actor CHECK (actor_kind IN ('API_KEY', 'OPERATOR', 'GATEWAY'))
      ) ${table}
    `);
    await run('CREATE INDEX ix_credential_trial_due ON credential_trial (next_attempt_at)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE credential_trial');
    await db.query('ALTER TABLE cloud_account DROP COLUMN node_role_name');
  }
}
