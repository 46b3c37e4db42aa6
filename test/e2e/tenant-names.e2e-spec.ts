import { DataSource } from 'typeorm';
import { TellTenantsApart1795470000000 } from '../../src/database/migrations/index.js';
import { Gateway } from '../support/gateway.js';

describe('Tenants from before names were unique', () => {
  let gateway: Gateway;
  beforeAll(async () => (gateway = await Gateway.start()));
  afterAll(() => gateway.stop());

  it('keep their names, and those whose name an older one has get their number behind it', async () => {
    const migration = new TellTenantsApart1795470000000();
    const runner = gateway.get(DataSource).createQueryRunner();
    const long = 'x'.repeat(64);
    try {
      await migration.down(runner);
      for (const name of ['Acme', 'ACME', 'Acme (4)', 'Acme', long, long])
        await gateway.sql("INSERT INTO tenant (name, created_at) VALUES (?, '2026-01-01 00:00:00.000')", [name]);
      await migration.up(runner);
    } finally {
      await runner.release();
    }

    const names = await gateway.sql('SELECT name FROM tenant WHERE id > 2 ORDER BY id');
    expect(names.map(({ name }: { name: string }) => name)).toEqual(
      ['Acme', 'ACME (4.2)', 'Acme (4)', 'Acme (6)', long, `${'x'.repeat(60)} (8)`], // prettier-ignore
    );
    await expect(
      gateway.sql("INSERT INTO tenant (name, name_key, created_at) VALUES ('Acme', 'acme', '2026-01-01 00:00:00.000')"),
    ).rejects.toThrow();
  });
});
