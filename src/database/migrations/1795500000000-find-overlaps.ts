import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/** Addresses of active subscriptions as numbers, so that overlaps are found with an index. */
export class FindOverlaps1795500000000 implements MigrationInterface {
  readonly name = 'FindOverlaps1795500000000';

  async up(db: QueryRunner): Promise<void> {
    const { run } = dialectOf(db);
    await run('ALTER TABLE subscription ADD COLUMN active_address_key BIGINT NULL');
    for (let after = 0; ;) {
      const rows = (await db.query(
        `SELECT id, deployment_cidr AS cidr FROM subscription
         WHERE id > ? AND deployment_cidr IS NOT NULL AND status <> 'DELETED' ORDER BY id LIMIT 500`,
        [after],
      )) as { id: number; cidr: string }[];
      if (rows.length === 0) break;
      after = rows.at(-1)!.id;
      const cases = rows.map(() => 'WHEN ? THEN ?').join(' ');
      await db.query(
        `UPDATE subscription SET active_address_key = CASE id ${cases} END WHERE id IN (${rows.map(() => '?').join(', ')})`,
        [...rows.flatMap(({ id, cidr }) => [id, keyOf(cidr)]), ...rows.map(({ id }) => id)],
      );
    }
    await run('CREATE INDEX ix_subscription_addresses ON subscription (tenant_id, active_address_key, id)');
  }

  async down(db: QueryRunner): Promise<void> {
    await dialectOf(db).dropIndex('subscription', 'ix_subscription_addresses');
    await db.query('ALTER TABLE subscription DROP COLUMN active_address_key');
  }
}

/** Copy of `addressKey` of the subscriptions: a migration must not change with the code. */
function keyOf(cidr: string): number {
  const [address = '', length] = cidr.split('/');
  return address.split('.').reduce((number, byte) => number * 256 + Number(byte), 0) * 64 + Number(length);
}
