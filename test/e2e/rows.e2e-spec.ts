import { Transactions, where } from '#libs/database';
import { DataSource } from 'typeorm';
import { fillTenant } from '../support/full-tenant.js';
import { database, Gateway } from '../support/gateway.js';

describe('Rows', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await Gateway.start();
    await fillTenant((sql, parameters) => gateway.sql(sql, parameters), database, { accounts: 3, subscriptions: 1000 });
  });
  afterAll(() => gateway.stop());

  it('are the objects that TypeORM reads, for every entity', async () => {
    const { entityMetadatas, manager } = gateway.get(DataSource);
    const withRows: string[] = [];
    for (const { target, tableName, primaryColumns } of entityMetadatas) {
      const order = Object.fromEntries(primaryColumns.map(({ propertyName }) => [propertyName, 'ASC']));
      const expected = await manager.find(target, { order, take: 50 });
      const orderBy = primaryColumns.map(({ databaseName }) => databaseName).join(', ');
      const rows = gateway.get(Transactions).rows<object>(target);
      expect(await rows.find(where('1 = 1'), { orderBy, limit: 50 })).toEqual(expected);
      if (expected.length > 0) withRows.push(tableName);
    }
    expect(withRows.length).toBeGreaterThan(10);
  });
});
