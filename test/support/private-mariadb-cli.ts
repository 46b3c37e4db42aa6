import mysql from 'mysql2/promise';
import { startPrivateMariaDb } from './private-mariadb.js';

/**
 * `tsx --conditions=source test/support/private-mariadb-cli.ts`: runs a temporary server until it is stopped. Prints a
 * DATABASE_URL.
 */
const server = await startPrivateMariaDb();
const connection = await mysql.createConnection({ uri: server.url });
await connection.query('CREATE DATABASE gateway CHARACTER SET utf8mb4 COLLATE utf8mb4_bin');
await connection.end();
console.log(`${server.url}/gateway`);

const stop = () => void server.stop().then(() => process.exit(0));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
setInterval(() => undefined, 60_000);
