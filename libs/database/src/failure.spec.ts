import { createServer, type AddressInfo } from 'node:net';
import mysqlCallback from 'mysql2';
import mysql from 'mysql2/promise';
import { failureOf, isLostConnection } from './failure.js';

describe('A failure of the database', () => {
  it('is a busy database when too many wait for a connection', async () => {
    const silent = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    const pool = mysql.createPool({ host: '127.0.0.1', port, connectionLimit: 1, queueLimit: 1, connectTimeout: 200 });
    try {
      const [, , tooMany] = await Promise.all(
        Array.from({ length: 3 }, () => pool.getConnection().catch((error: unknown) => error)),
      );

      expect(failureOf(tooMany)).toBe('busy');
    } finally {
      await pool.end();
      silent.close();
    }
  });

  it('is an unavailable database when the connection was lost while the pool lent it', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const connection = mysqlCallback.createConnection({ host: '127.0.0.1', port });
    const broken = await new Promise((resolve) => connection.once('error', resolve));
    const afterwards = await new Promise((resolve) => connection.query('SELECT 1', (error) => resolve(error)));
    server.close();

    for (const error of [broken, afterwards]) {
      expect(failureOf(error)).toBe('unavailable');
      expect(isLostConnection(error)).toBe(true);
    }
  });
});
