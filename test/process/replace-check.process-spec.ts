import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceFor } from '../../src/database/data-source.js';
import { dialectOf } from '../../src/database/dialect.js';
import { databaseKinds, usePlaces } from '../support/places.js';
import { createCloudAccount, newAccount } from '../support/steps.js';

const before =
  "status IN ('VERIFYING', 'PROPAGATING', 'ACTIVE', 'MISSING_PERMISSIONS', 'ERROR', 'DELETING_WHEN_UNUSED')";
const after = before.replace("'ERROR'", "'ERROR', 'SUSPENDED'");

/** Migration of a newer version. */
class AddStatus9000000000000 implements MigrationInterface {
  readonly name = 'AddStatus9000000000000';
  up = (db: QueryRunner) => dialectOf(db).replaceCheck('cloud_account', 'ck_cloud_account_status', before, after);
  down = (db: QueryRunner) => dialectOf(db).replaceCheck('cloud_account', 'ck_cloud_account_status', after, before);
}

/** Tables with a foreign key to `cloud_account`. */
const referring = {
  SQLite: "SELECT DISTINCT m.name AS name, f.\"from\" AS col FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE f.\"table\" = 'cloud_account' ORDER BY 1",
  MariaDB: "SELECT TABLE_NAME AS name, COLUMN_NAME AS col FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME = 'cloud_account' AND TABLE_SCHEMA = DATABASE() ORDER BY 1",
}; // prettier-ignore
const columnsOf = {
  SQLite: (table: string) => `SELECT name, type FROM pragma_table_xinfo('${table}') WHERE "notnull" = 1 AND hidden = 0 AND dflt_value IS NULL AND NOT (pk = 1 AND name = 'id')`,
  MariaDB: (table: string) => `SELECT COLUMN_NAME AS name, DATA_TYPE AS type FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = '${table}' AND IS_NULLABLE = 'NO' AND EXTRA = '' AND COLUMN_DEFAULT IS NULL`,
}; // prettier-ignore
const definitions = {
  SQLite: "SELECT type, name, sql FROM sqlite_master WHERE name <> 'cloud_account' ORDER BY 1, 2",
  MariaDB: "SELECT TABLE_NAME, INDEX_NAME, COLUMN_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1, 2, 3",
}; // prettier-ignore

describe.each(databaseKinds)('A check of a table with references, on %s,', (kind) => {
  const newPlace = usePlaces();

  it('is changed by a migration that keeps every row, reference and index', async () => {
    const place = await newPlace(kind);
    const gateway = await place.start({ AWS_SANDBOX: 'on' });
    const { createCloudAccount: created } = await gateway.ask(createCloudAccount, { input: newAccount('A1U1') });
    expect(created.userErrors).toEqual([]);
    await gateway.stop();
    const [{ id }] = await place.rows('SELECT MAX(id) AS id FROM cloud_account');
    const dataSource = await dataSourceFor(kind === 'SQLite' ? { file: place.databaseFile } : { url: place.databaseUrl! }); // prettier-ignore
    dataSource.setOptions({ migrations: [...Object.values(dataSource.options.migrations!), AddStatus9000000000000] });
    await dataSource.initialize();
    try {
      const tables = (await place.rows(referring[kind])) as { name: string; col: string }[];
      expect(tables.length).toBeGreaterThanOrEqual(9);
      const runner = dataSource.createQueryRunner();
      await runner.query(
        kind === 'SQLite' ? 'PRAGMA ignore_check_constraints = ON' : 'SET check_constraint_checks = 0',
      );
      for (const { name, col } of tables) {
        const [{ n }] = await place.rows(`SELECT COUNT(*) AS n FROM ${name}`);
        if (Number(n) > 0) continue;
        const columns = ((await place.rows(columnsOf[kind](name))) as { name: string; type: string }[]).filter((column) => column.name !== col); // prettier-ignore
        const values = columns.map(({ type }) => (/int/i.test(type) ? 1 : /date/i.test(type) ? "'2026-01-01 00:00:00.000'" : /blob/i.test(type) ? "x'00'" : "'x'")); // prettier-ignore
        const off = kind === 'SQLite' ? 'PRAGMA foreign_keys = OFF' : 'SET foreign_key_checks = 0';
        const on = kind === 'SQLite' ? 'PRAGMA foreign_keys = ON' : 'SET foreign_key_checks = 1';
        await runner.query(off);
        const target = name === 'subscription' ? 'cloud_account_id' : col; // the other is generated from it
        const others = columns.map((column, i) => [column.name, values[i]] as const).filter(([column]) => column !== target); // prettier-ignore
        await runner.query(`INSERT INTO ${name} (${[target, ...others.map(([column]) => column)].join()}) VALUES (${[id, ...others.map(([, value]) => value)].join()})`); // prettier-ignore
        await runner.query(on);
      }
      await runner.query(kind === 'SQLite' ? 'PRAGMA ignore_check_constraints = OFF' : 'SET check_constraint_checks = 1'); // prettier-ignore
      await runner.release();
      const everything = async () => ({
        definitions: await place.rows(definitions[kind]),
        broken: kind === 'SQLite' ? await place.rows('PRAGMA foreign_key_check') : [],
        next: kind === 'SQLite' ? await place.rows('SELECT * FROM sqlite_sequence ORDER BY name') : [],
        rows: await Promise.all(['cloud_account', ...tables.map(({ name }) => name)].map(async (name) => [name, await place.rows(`SELECT * FROM ${name}`)])), // prettier-ignore
      });
      const was = await everything();
      for (const [name, rows] of was.rows) expect([name, (rows as unknown[]).length > 0]).toEqual([name, true]);
      const forbidden = `UPDATE cloud_account SET status = 'SUSPENDED' WHERE id = ${id}`;
      await expect(dataSource.query(forbidden)).rejects.toThrow(/ck_cloud_account_status/);

      await dataSource.runMigrations({ transaction: 'each' });

      const { next: _, ...now } = await everything();
      const { next: __, ...then } = was;
      expect(now).toEqual(then);
      const king = `UPDATE cloud_account SET status = 'KING' WHERE id = ${id}`;
      for (const change of [(sql: string) => dataSource.query(sql), (sql: string) => place.execute(sql)]) {
        await expect(change(king)).rejects.toThrow(/ck_cloud_account_status/);
        await expect(change(`DELETE FROM cloud_account WHERE id = ${id}`)).rejects.toThrow(/FOREIGN KEY|foreign key/);
        await change(forbidden);
      }
      // Not while a row has this value.
      await expect(dataSource.undoLastMigration({ transaction: 'each' })).rejects.toThrow(/CONSTRAINT.*failed|ck_cloud_account_status CHECK/); // prettier-ignore
      await dataSource.query(forbidden);
      await dataSource.query(`UPDATE cloud_account SET status = 'ACTIVE' WHERE id = ${id}`);
      await dataSource.undoLastMigration({ transaction: 'each' });
      await expect(dataSource.query(forbidden)).rejects.toThrow(/ck_cloud_account_status/);
    } finally {
      await dataSource.destroy();
    }
  });
});
