import mysql from 'mysql2/promise';
import { ofTest } from './sql-recorder.js';

export type DatabaseKind = 'SQLite' | 'MariaDB';

let databases = 0;

/**
 * Creates an empty database for a gateway. None for the embedded one, which is in the gateway's folder.
 *
 * @param serverUrl server, if not the one of all tests
 */
export async function newDatabase(
  kind: DatabaseKind,
  serverUrl = process.env['TEST_DATABASE_URL'],
): Promise<{ url?: string; remove: () => Promise<unknown> }> {
  if (kind === 'SQLite') return { remove: async () => undefined };

  const server = serverUrl!.replace(/\/$/, '');
  const name = `gateway_${process.pid}_${Date.now()}_${++databases}`;
  const onServer = async (statement: string) => {
    const connection = await mysql.createConnection({ uri: server });
    await connection.query(ofTest + statement);
    await connection.end();
  };
  await onServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  return { url: `${server}/${name}`, remove: () => onServer(`DROP DATABASE ${name}`) };
}
