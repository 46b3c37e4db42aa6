import { nameKey } from '#libs/kernel';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dialectOf } from '../dialect.js';

/**
 * Unique names of tenants. Of several tenants with one name, the oldest keeps it; the others get their ID appended,
 * each with one event.
 */
export class TellTenantsApart1795470000000 implements MigrationInterface {
  readonly name = 'TellTenantsApart1795470000000';

  async up(db: QueryRunner): Promise<void> {
    const { run } = dialectOf(db);
    await run("ALTER TABLE tenant ADD COLUMN name_key VARCHAR(192) NOT NULL DEFAULT ''");
    const tenants = (await db.query('SELECT id, name FROM tenant ORDER BY id')) as { id: number; name: string }[];
    const known = new Set(tenants.map(({ name }) => nameKey(name)));
    const taken = new Set<string>();
    for (const { id, name } of tenants) {
      let own = name;
      // Not a name that another tenant has.
      for (let n = 1; taken.has(nameKey(own)) || (own !== name && known.has(nameKey(own))); n++)
        own = numbered(name, n === 1 ? `${id}` : `${id}.${n}`);
      taken.add(nameKey(own));
      if (own !== name) await recordRenaming(db, id, { name: own, before: name });
      await db.query('UPDATE tenant SET name = ?, name_key = ? WHERE id = ?', [own, nameKey(own), id]);
    }
    await run('CREATE UNIQUE INDEX uq_tenant_name ON tenant (name_key)');
  }

  async down(db: QueryRunner): Promise<void> {
    await dialectOf(db).dropIndex('tenant', 'uq_tenant_name');
    await db.query('ALTER TABLE tenant DROP COLUMN name_key');
  }
}

/** Written before the name: a server commits each statement by itself, and an interrupted migration starts again. */
async function recordRenaming(db: QueryRunner, id: number, names: { name: string; before: string }): Promise<void> {
  const events = (await db.query(
    "SELECT sequence, type, data FROM event WHERE subject_type = 'Tenant' AND subject_id = ? ORDER BY sequence",
    [id],
  )) as { sequence: number; type: string; data: string }[];
  const data = JSON.stringify(names);
  if (events.some((event) => event.type === 'TENANT_RENAMED' && event.data === data)) return;
  const now = new Date().toISOString().slice(0, 23).replace('T', ' ');
  await db.query(
    `INSERT INTO event (tenant_id, subject_type, subject_id, sequence, type, actor_kind, actor_name, data, happened_at)
     VALUES (?, 'Tenant', ?, ?, 'TENANT_RENAMED', 'GATEWAY', 'Gateway', ?, ?)`,
    [id, id, (events.at(-1)?.sequence ?? 0) + 1, data, now],
  );
}

/** A name has at most 64 characters. */
function numbered(name: string, number: string): string {
  const end = ` (${number})`;
  return (
    [...name]
      .slice(0, 64 - end.length)
      .join('')
      .trimEnd() + end
  );
}
