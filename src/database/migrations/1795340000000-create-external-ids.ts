import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * External ids, and the roles the gateway assumes with them.
 *
 * An external id outlives the account that took it, so that it is never taken again: it has no foreign key to the account,
 * whose number is never given to another.
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
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE external_id');
  }
}
