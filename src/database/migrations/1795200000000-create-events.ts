import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Append-only log of all events. No foreign key, because events are kept after their subject is deleted. */
export class CreateEvents1795200000000 implements MigrationInterface {
  readonly name = 'CreateEvents1795200000000';

  async up(db: QueryRunner): Promise<void> {
    const { id, table, run } = dialectOf(db);
    await run(`
      CREATE TABLE event (
        ${id},
        tenant_id    INT         NOT NULL,
        subject_type VARCHAR(32) NOT NULL,
        subject_id   INT         NOT NULL,
        sequence     INT         NOT NULL,
        type         VARCHAR(64) NOT NULL,
        actor_kind   VARCHAR(16) NOT NULL,
        actor_id     INT         NULL,
        actor_name   VARCHAR(64) NOT NULL,
        data         TEXT        NOT NULL,
        happened_at  DATETIME(3) NOT NULL,
        CONSTRAINT uq_event_sequence UNIQUE (subject_type, subject_id, sequence),
        CONSTRAINT ck_event_actor CHECK (actor_kind IN ('API_KEY', 'OPERATOR', 'GATEWAY'))
      ) ${table}
    `);
    await run('CREATE INDEX ix_event_tenant ON event (tenant_id, id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE event');
  }
}
