import { createServer, type AddressInfo } from 'node:net';
import mysql from 'mysql2/promise';
import { failureOf } from './failure.js';

describe('A failure of the database', () => {
  it('is a busy database, when more wait for a connection than may', async () => {
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
});
