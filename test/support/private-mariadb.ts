import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import mysql from 'mysql2/promise';

const run = promisify(execFile);

export interface PrivateMariaDb {
  /** URL of the server, without a database. Its user can create databases. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Whether this machine has the programs for a private server. */
export function canStartMariaDb(): boolean {
  return findBinary('mariadbd') !== undefined && findBinary('mariadb-install-db') !== undefined;
}

/**
 * Starts a temporary MariaDB in a temporary folder, on a free port, which ends even if this process is killed. As root
 * or not.
 *
 * @param flags more options of the server, such as `--ssl-cert=FILE`
 */
export async function startPrivateMariaDb(flags: readonly string[] = []): Promise<PrivateMariaDb> {
  const [server, install] = [findBinary('mariadbd'), findBinary('mariadb-install-db')];
  if (!server || !install) throw new Error('There is no mariadbd here: apt-get install mariadb-server');

  const dir = await mkdtemp(join(tmpdir(), 'mdb-')); // short: the path of a socket can have 107 bytes
  const socket = join(dir, 's.sock');
  const logFile = join(dir, 'error.log');
  // The same for installation and start: redo log size, first data file. `--no-defaults` must come first.
  const both = [
    '--no-defaults',
    `--datadir=${join(dir, 'data')}`,
    `--tmpdir=${dir}`, // servers in several containers use the same names for temporary tables
    '--innodb-log-file-size=16M',
    '--innodb-data-file-path=ibdata1:10M:autoextend',
    '--skip-name-resolve',
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
  await run(install, [...both, '--auth-root-authentication-method=normal', '--skip-test-db']);

  const port = await freePort();
  const started = performance.now();
  // The shell has one end of a pipe: when this process ends for any reason, `cat` ends, the server stops and the folder
  // is removed.
  const watchdog =
    '"$0" "$@" & p=$!; trap "" INT TERM HUP; cat > /dev/null; kill -9 $p 2>/dev/null; wait $p; rm -rf "$WATCHDOG_DIR"';
  const child = spawn(
    'sh',
    [
      '-c',
      watchdog,
      server,
      ...both,
      `--socket=${socket}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--pid-file=${join(dir, 'pid')}`,
      `--log-error=${logFile}`,
      '--skip-log-bin',
      '--character-set-server=utf8mb4',
      '--collation-server=utf8mb4_bin',
      '--default-time-zone=+00:00',
      '--innodb-buffer-pool-size=64M',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-doublewrite=0',
      '--innodb-flush-method=nosync',
      '--innodb-lock-wait-timeout=10',
      '--performance-schema=OFF',
      '--max-connections=200',
      ...flags,
    ],
    { stdio: ['pipe', 'ignore', 'ignore'], env: { ...process.env, WATCHDOG_DIR: dir }, detached: true },
  );
  let dead = false;
  const exited = new Promise<void>((resolve) =>
    child.once('exit', () => {
      dead = true;
      resolve();
    }),
  );

  const admin = { socketPath: socket, user: 'root' };
  while (!(await answers(admin))) {
    if (dead) throw new Error(`mariadbd ended:\n${await readFile(logFile, 'utf8')}`);
    if (performance.now() - started > 60_000) throw new Error('mariadbd did not answer within 60 s.');
    await wait(25);
  }
  const connection = await mysql.createConnection(admin);
  await connection.query("CREATE USER 'gateway'@'127.0.0.1' IDENTIFIED BY 'gateway'");
  await connection.query("GRANT ALL ON *.* TO 'gateway'@'127.0.0.1' WITH GRANT OPTION");
  await connection.end();

  child.unref();
  return {
    url: `mysql://gateway:gateway@127.0.0.1:${port}`,
    async stop() {
      child.ref();
      child.stdin.end();
      await exited;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function answers(admin: mysql.ConnectionOptions): Promise<boolean> {
  try {
    const connection = await mysql.createConnection(admin);
    await connection.end();
    return true;
  } catch {
    return false;
  }
}

function findBinary(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
