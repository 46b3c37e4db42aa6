import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

export class CreateAccessAndKeys1795000000000 implements MigrationInterface {
  readonly name = 'CreateAccessAndKeys1795000000000';

  async up(db: QueryRunner): Promise<void> {
    const { id, table, run } = dialectOf(db);
    await run(`
      CREATE TABLE tenant (
        ${id},
        name       VARCHAR(64) NOT NULL,
        created_at DATETIME(3) NOT NULL
      ) ${table}
    `);
    await run(`
      CREATE TABLE api_key (
        ${id},
        tenant_id  INT         NOT NULL,
        key_id     VARCHAR(8)  NOT NULL,
        token_hash BLOB        NOT NULL,
        name       VARCHAR(64) NOT NULL,
        role       VARCHAR(16) NOT NULL,
        created_at DATETIME(3) NOT NULL,
        CONSTRAINT uq_api_key_key_id UNIQUE (key_id),
        CONSTRAINT fk_api_key_tenant FOREIGN KEY (tenant_id) REFERENCES tenant (id) ON DELETE RESTRICT,
        CONSTRAINT ck_api_key_role CHECK (role IN ('OWNER'))
      ) ${table}
    `);
    await run(`
      CREATE TABLE encryption_key (
        ${id},
        tenant_id   INT         NULL,
        purpose     VARCHAR(16) NOT NULL,
        owner       VARCHAR(32) NOT NULL,
        version     INT         NOT NULL,
        kek_id      VARCHAR(16) NOT NULL,
        wrapped_key BLOB        NOT NULL,
        commitment  BLOB        NOT NULL,
        created_at  DATETIME(3) NOT NULL,
        CONSTRAINT uq_encryption_key UNIQUE (owner, version)
      ) ${table}
    `);
    // One record for each KEK that only this KEK opens: with it, a start distinguishes the right key from a wrong one.
    await run(`
      CREATE TABLE key_canary (
        kek_id     VARCHAR(16) NOT NULL PRIMARY KEY,
        record     BLOB        NOT NULL,
        created_at DATETIME(3) NOT NULL
      ) ${table}
    `);
    await run(`
      CREATE TABLE idempotency_claim (
        tenant_id       INT         NOT NULL,
        idempotency_key VARCHAR(64) NOT NULL,
        fingerprint     VARCHAR(64) NOT NULL,
        owner           VARCHAR(36) NOT NULL,
        claimed_at      DATETIME(3) NOT NULL,
        lease_until     DATETIME(3) NOT NULL,
        answer          TEXT        NULL,
        PRIMARY KEY (tenant_id, idempotency_key)
      ) ${table}
    `);
    await run('CREATE INDEX ix_idempotency_claim_age ON idempotency_claim (claimed_at)');
    await run(`INSERT INTO tenant (id, name, created_at) VALUES (1, 'Operator', '2026-01-01 00:00:00.000')`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const table of ['idempotency_claim', 'key_canary', 'encryption_key', 'api_key', 'tenant'])
      await db.query(`DROP TABLE ${table}`);
  }
}
