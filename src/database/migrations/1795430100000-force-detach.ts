import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Force-detach requests, and the creators of API keys: the approver must be independent of the requester. For existing
 * API keys, the creator is taken from the events.
 */
export class ForceDetach1795430100000 implements MigrationInterface {
  readonly name = 'ForceDetach1795430100000';

  async up(db: QueryRunner): Promise<void> {
    const { run, table } = dialectOf(db);
    await run('ALTER TABLE api_key ADD COLUMN created_by_key_id INT NULL');
    await run(`
      UPDATE api_key SET created_by_key_id = (
        SELECT MIN(event.actor_id) FROM event
        WHERE event.subject_type = 'ApiKey' AND event.subject_id = api_key.id
          AND event.type = 'API_KEY_CREATED' AND event.actor_kind = 'API_KEY'
      )
    `);
    await run(`
      CREATE TABLE force_detach_request (
        cloud_account_id  INT          NOT NULL PRIMARY KEY,
        tenant_id         INT          NOT NULL,
        reason            VARCHAR(500) NOT NULL,
        requested_by_id   INT          NOT NULL,
        requested_by_name VARCHAR(64)  NOT NULL,
        requested_at      DATETIME(3)  NOT NULL,
        expires_at        DATETIME(3)  NOT NULL,
        blocker_count     INT          NOT NULL,
        blockers_digest   VARCHAR(64)  NOT NULL,
        CONSTRAINT fk_force_detach_request_account
          FOREIGN KEY (cloud_account_id) REFERENCES cloud_account (id) ON DELETE CASCADE
      ) ${table}
    `);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('DROP TABLE force_detach_request');
    await db.query('ALTER TABLE api_key DROP COLUMN created_by_key_id');
  }
}
