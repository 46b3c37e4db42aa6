import { jest } from '@jest/globals';
import { DataSource } from 'typeorm';
import { TellTenantsApart1795470000000 } from '../../src/database/migrations/index.js';
import { database, Gateway } from '../support/gateway.js';
import { insertRows } from '../support/many-rows.js';

describe('Tenants from before names were unique', () => {
  let gateway: Gateway;
  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  it('keep their names, except that a duplicate of an older one gets its number appended', async () => {
    const migration = new TellTenantsApart1795470000000();
    const runner = gateway.get(DataSource).createQueryRunner();
    const long = 'x'.repeat(64);
    try {
      await migration.down(runner);
      const event = { tenant_id: 4, subject_type: 'Tenant', subject_id: 4, sequence: 1, type: 'TENANT_OPENED' };
      await insertRows(gateway.sql.bind(gateway), 'event', 1, () => ({
        ...event,
        ...{ actor_kind: 'OPERATOR', actor_name: 'x', data: '{}', happened_at: '2026-01-01 00:00:00.000' },
      }));
      for (const name of ['Acme', 'ACME', 'Acme (4)', 'Acme', long, long])
        await gateway.sql("INSERT INTO tenant (name, created_at) VALUES (?, '2026-01-01 00:00:00.000')", [name]);
      // Interrupted after the event of the first renaming, and started again.
      const query = runner.query.bind(runner);
      const cut = jest.spyOn(runner, 'query').mockImplementation((sql, parameters) => {
        if (sql.includes('UPDATE tenant') && JSON.stringify(parameters).includes('ACME')) throw new Error('cut');
        return query(sql, parameters);
      });
      await expect(migration.up(runner)).rejects.toThrow('cut');
      cut.mockRestore();
      if (database === 'SQLite') await runner.query('ALTER TABLE tenant DROP COLUMN name_key'); // rolled back there
      await migration.up(runner);
    } finally {
      await runner.release();
    }

    const names = await gateway.sql('SELECT name FROM tenant WHERE id > 2 ORDER BY id');
    expect(names.map(({ name }: { name: string }) => name)).toEqual(
      ['Acme', 'ACME (4.2)', 'Acme (4)', 'Acme (6)', long, `${'x'.repeat(60)} (8)`], // prettier-ignore
    );
    const renamed = await gateway.sql(
      "SELECT subject_id AS id, tenant_id AS t, sequence AS n, actor_kind AS a, data FROM event WHERE type = 'TENANT_RENAMED' ORDER BY id",
    );
    expect(renamed.map(({ data, ...row }: any) => ({ ...row, ...JSON.parse(data) }))).toEqual([
      { id: 4, t: 4, n: 2, a: 'GATEWAY', name: 'ACME (4.2)', before: 'ACME' },
      { id: 6, t: 6, n: 1, a: 'GATEWAY', name: 'Acme (6)', before: 'Acme' },
      { id: 8, t: 8, n: 1, a: 'GATEWAY', name: `${'x'.repeat(60)} (8)`, before: long },
    ]);
    await expect(
      gateway.sql("INSERT INTO tenant (name, name_key, created_at) VALUES ('Acme', 'acme', '2026-01-01 00:00:00.000')"),
    ).rejects.toThrow();
  });
});
