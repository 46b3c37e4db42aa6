import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

export class CreateCloudAccounts1795000100000 implements MigrationInterface {
  readonly name = 'CreateCloudAccounts1795000100000';

  async up(db: QueryRunner): Promise<void> {
    const dialect = dialectOf(db);
    const { id, table, run } = dialect;
    await run(`
      CREATE TABLE cloud_account (
        ${id},
        tenant_id         INT           NOT NULL,
        name              VARCHAR(64)   NOT NULL,
        name_key          VARCHAR(192)  NOT NULL,
        provider          VARCHAR(8)    NOT NULL,
        region            VARCHAR(32)   NOT NULL,
        ownership         VARCHAR(8)    NOT NULL,
        status            VARCHAR(24)   NOT NULL,
        aws_account_id    VARCHAR(12)   NULL,
        aws_user_id       VARCHAR(128)  NULL,
        aws_user_arn      VARCHAR(2048) NULL,
        console_role_name VARCHAR(64)   NULL,
        console_role_arn  VARCHAR(2048) NULL,
        is_sandbox        SMALLINT      NOT NULL,
        version           INT           NOT NULL,
        created_at        DATETIME(3)   NOT NULL,
        updated_at        DATETIME(3)   NOT NULL,
        CONSTRAINT uq_cloud_account_name UNIQUE (tenant_id, name_key),
        CONSTRAINT uq_cloud_account_aws_user UNIQUE (aws_user_id),
        CONSTRAINT fk_cloud_account_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE RESTRICT,
        CONSTRAINT ck_cloud_account_provider CHECK (provider IN ('AWS', 'AZURE', 'GCP')),
        CONSTRAINT ck_cloud_account_ownership CHECK (ownership = 'HOSTED' OR (ownership = 'CUSTOMER' AND provider = 'AWS')),
        CONSTRAINT ck_cloud_account_status
          CHECK (status IN ('VERIFYING', 'PROPAGATING', 'ACTIVE', 'MISSING_PERMISSIONS', 'ERROR', 'DELETING_WHEN_UNUSED'))
      ) ${table}
    `);
    await run('CREATE INDEX ix_cloud_account_created ON cloud_account (tenant_id, created_at, id)');
    await run('CREATE INDEX ix_cloud_account_ownership ON cloud_account (ownership)');
    // Contains secrets only as ciphertext. An account cannot be deleted without its keys.
    await run(`
      CREATE TABLE aws_access_key (
        ${id},
        tenant_id         INT         NOT NULL,
        cloud_account_id  INT         NOT NULL,
        slot              VARCHAR(16) NOT NULL,
        version           INT         NOT NULL,
        access_key_id     VARCHAR(20) NOT NULL,
        encryption_key_id INT         NOT NULL,
        sealed_secret     BLOB        NOT NULL,
        fingerprint       VARCHAR(16) NOT NULL,
        set_at            DATETIME(3) NOT NULL,
        set_by            VARCHAR(64) NOT NULL,
        last_verified_at  DATETIME(3) NOT NULL,
        CONSTRAINT uq_aws_access_key_slot UNIQUE (cloud_account_id, slot),
        CONSTRAINT fk_aws_access_key_account FOREIGN KEY (cloud_account_id) REFERENCES cloud_account (id) ON DELETE RESTRICT,
        CONSTRAINT fk_aws_access_key_key FOREIGN KEY (encryption_key_id) REFERENCES encryption_key (id) ON DELETE RESTRICT
      ) ${table}
    `);
    await run(`
      INSERT INTO cloud_account (id, tenant_id, name, name_key, provider, region, ownership, status, is_sandbox, version, created_at, updated_at)
      VALUES (1, 1, 'Hosted', 'hosted', 'AWS', 'us-east-1', 'HOSTED', 'ACTIVE', 0, 1, '2026-01-01 00:00:00.000', '2026-01-01 00:00:00.000')
    `);
    await dialect.continueAt('cloud_account', 1001);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['aws_access_key', 'cloud_account']) await db.query(`DROP TABLE ${table}`);
  }
}
