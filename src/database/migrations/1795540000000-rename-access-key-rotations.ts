import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Renames event types and the permission group of access key rotations, so that they name the kind of key. */
export class RenameAccessKeyRotations1795540000000 implements MigrationInterface {
  readonly name = 'RenameAccessKeyRotations1795540000000';

  up(db: QueryRunner): Promise<void> {
    return rename(db, ['KEY_ROTATION_', 'ACCESS_KEY_ROTATION_'], ['"ROTATE_ITS_KEY"', '"ROTATE_ACCESS_KEY"']);
  }

  down(db: QueryRunner): Promise<void> {
    return rename(db, ['ACCESS_KEY_ROTATION_', 'KEY_ROTATION_'], ['"ROTATE_ACCESS_KEY"', '"ROTATE_ITS_KEY"']);
  }
}

type Renaming = readonly [from: string, to: string];

async function rename(db: QueryRunner, prefix: Renaming, group: Renaming): Promise<void> {
  const [from, to] = prefix;
  // LIKE would ignore case on SQLite, and `_` is one of its wildcards.
  const statement = 'UPDATE event SET type = REPLACE(type, ?, ?) WHERE SUBSTR(type, 1, ?) = ?';
  await db.query(statement, [from, to, from.length, from]);
  await db.query('UPDATE cloud_account_health SET report = REPLACE(report, ?, ?)', [...group]);
}
