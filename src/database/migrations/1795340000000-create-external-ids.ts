import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * External IDs, and the access roles that use them.
 *
 * An external ID is kept after its account is deleted, so that it is never assigned again: it has no foreign key to the
 * account, whose ID is never reused.
 */
export class CreateExternalIds1795340000000 implements MigrationInterface {
  readonly name = 'CreateExternalIds1795340000000';

  async up(db: QueryRunner): Promise<void> {
    const { id, table, run } = dialectOf(db);
    await run(`
      CREATE TABLE external_id (
        ${id},
        tenant_id        INT         NOT NULL,
        handle           VARCHAR(40) NOT NULL,
        external_id      VARCHAR(64) NOT NULL,
        created_at       DATETIME(3) NOT NULL,
        cloud_account_id INT         NULL,
        taken_at         DATETIME(3) NULL,
        CONSTRAINT uq_external_id_handle UNIQUE (handle),
        CONSTRAINT uq_external_id UNIQUE (external_id),
        CONSTRAINT uq_external_id_account UNIQUE (cloud_account_id),
        CONSTRAINT fk_external_id_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE RESTRICT
      ) ${table}
    `);
    await run('CREATE INDEX ix_external_id_created ON external_id (tenant_id, created_at, id)');
    // One account for each role. Unverified roles do not count: anyone can enter a role that belongs to another
    // account.
    await run(`
      CREATE TABLE aws_access_role (
        ${id},
        tenant_id        INT          NOT NULL,
        cloud_account_id INT          NOT NULL,
        slot             VARCHAR(16)  NOT NULL,
        version          INT          NOT NULL,
        role_arn         VARCHAR(640) NOT NULL,
        external_id      VARCHAR(64)  NOT NULL,
        issued_at        DATETIME(3)  NOT NULL,
        session_seconds  INT          NOT NULL,
        set_at           DATETIME(3)  NOT NULL,
        set_by           VARCHAR(64)  NOT NULL,
        last_verified_at DATETIME(3)  NOT NULL,
        current_role_arn VARCHAR(640)
          GENERATED ALWAYS AS (CASE WHEN slot = 'CURRENT' THEN role_arn ELSE NULL END) STORED,
        CONSTRAINT uq_aws_access_role_slot UNIQUE (cloud_account_id, slot),
        CONSTRAINT uq_aws_access_role_arn UNIQUE (current_role_arn),
        CONSTRAINT fk_aws_access_role_account FOREIGN KEY (cloud_account_id) REFERENCES cloud_account (id) ON DELETE RESTRICT,
        CONSTRAINT ck_aws_access_role_slot CHECK (slot IN ('CURRENT', 'CANDIDATE'))
      ) ${table}
    `);
    await run('ALTER TABLE credential_trial ADD COLUMN role_arn VARCHAR(640) NULL');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('ALTER TABLE credential_trial DROP COLUMN role_arn');
    for (const table of ['aws_access_role', 'external_id']) await db.query(`DROP TABLE ${table}`);
  }
}
