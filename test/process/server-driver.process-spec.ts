import { connectionOptions, failureOf, limitWaits } from '#libs/database';
import mysql from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { hasServer } from '../support/places.js';
import { startPrivateMariaDb, type PrivateMariaDb } from '../support/private-mariadb.js';

// Without a server there is nothing to connect to; the summary says so.
(hasServer ? describe : describe.skip)('A connection to the server', () => {
  let server: PrivateMariaDb;
  let dataSource: DataSource;

  const onServer = async (statement: string): Promise<any[]> => {
    const connection = await mysql.createConnection({ uri: server.url });
    const [rows] = await connection.query(statement);
    await connection.end();
    return rows as any[];
  };

  beforeAll(async () => {
    server = await startPrivateMariaDb();
    await onServer('CREATE DATABASE gateway');
    // In this mode a server reads mysql2's own escapes differently.
    await onServer("SET GLOBAL sql_mode = 'ANSI,TRADITIONAL,NO_BACKSLASH_ESCAPES'");
    dataSource = new DataSource(await connectionOptions({ url: `${server.url}/gateway` }));
    await dataSource.initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await server.stop();
  });

  const prepared = async () => Number((await onServer("SHOW GLOBAL STATUS LIKE 'Prepared_stmt_count'"))[0].Value);

  it.each(["O'Brien", 'back\\slash', "' OR 1=1 -- ", '"', '\u{1F600}\0'])('sends %j unchanged', async (text) => {
    expect(await dataSource.query('SELECT ? AS text', [text])).toEqual([{ text }]);
  });

  it('keeps a bounded number of prepared statements', async () => {
    for (let i = 0; i < 400; i++) await dataSource.query(`SELECT ? AS column_${i}`, [i]);

    expect(await prepared()).toBeLessThanOrEqual(1500);
    expect(await prepared()).toBeGreaterThan(0);
  });

  it('continues when the server has as many prepared statements as it allows', async () => {
    await onServer(`SET GLOBAL max_prepared_stmt_count = ${await prepared()}`);
    try {
      for (let i = 0; i < 20; i++)
        expect(await dataSource.query(`SELECT ? AS another_${i}`, ['x'])).toEqual([{ [`another_${i}`]: 'x' }]);
    } finally {
      await onServer('SET GLOBAL max_prepared_stmt_count = 16382');
    }
  });

  it('reports that the database is unavailable when the server allows no prepared statement', async () => {
    await onServer('SET GLOBAL max_prepared_stmt_count = 0');
    try {
      const error: unknown = await dataSource.query('SELECT ? AS none', [1]).catch((fault: unknown) => fault);
      expect(failureOf(error)).toBe('unavailable');
    } finally {
      await onServer('SET GLOBAL max_prepared_stmt_count = 16382');
    }
    expect(await dataSource.query('SELECT ? AS none', [1])).toHaveLength(1);
  });

  it('uses one statement for each page size', async () => {
    await dataSource.query('CREATE TABLE page (id INT PRIMARY KEY)');
    await dataSource.query('INSERT INTO page VALUES (?), (?), (?)', [1, 2, 3]);
    const page = (limit: number) =>
      dataSource.query(`SELECT id FROM page WHERE id > ? ORDER BY id LIMIT ${limit}`, [0]);
    await page(1);
    const before = await prepared();

    for (const limit of [1, 2, 3]) expect(await page(limit)).toHaveLength(limit);

    expect(await prepared()).toBe(before);
  });

  it('aborts a statement that takes too long, with its connection, and a later one works', async () => {
    limitWaits(dataSource);
    Object.assign(dataSource.driver.options, { maxQueryExecutionTime: 200 });
    for (const [sql, values] of [
      ['SELECT SLEEP(?)', [20]],
      ['SELECT SLEEP(20)', []],
    ] as const) {
      const error: unknown = await dataSource.query(sql, [...values]).catch((fault: unknown) => fault);
      expect(failureOf(error)).toBe('unavailable');
    }
    expect(await dataSource.query('SELECT @@SESSION.innodb_lock_wait_timeout AS seconds')).toEqual([{ seconds: '5' }]);
  });
});
