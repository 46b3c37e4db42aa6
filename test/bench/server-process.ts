import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { hugeCostBudgets, inherited, killed } from '../support/process.js';
import { bodyOf } from './documents.js';
import { onFirstCore } from './cores.js';
import type { Server } from './servers.js';
import type { World } from './world.js';

/** Resources that a process has used since its start. */
export interface Usage {
  /** CPU time of all threads. */
  readonly microseconds: number;
  /** Resident memory. */
  readonly bytes: number;
}

const probe = join(import.meta.dirname, 'probe.mjs');
const patience = 60_000;

/** A running server. */
export class ServerProcess {
  private constructor(
    readonly server: Server,
    readonly url: string,
    private readonly child: ChildProcess,
    /** Milliseconds from its start to its first correct response. */
    readonly startMs: number,
  ) {}

  /** @throws Error with its output, when it does not answer */
  static async start(server: Server, world: World): Promise<ServerProcess> {
    const port = await freePort();
    const log = join(world.place.dataDir, `${server.name}.log`);
    const output = openSync(log, 'w');
    const [command, ...args] = onFirstCore([
      process.execPath,
      ...['--disable-warning=ExperimentalWarning', '--import', probe, server.program],
    ]);
    const begin = performance.now();
    const child = spawn(command!, args, {
      env: { PATH: inherited.PATH, NODE_ENV: 'production', PORT: `${port}`, ...environmentOf(world) },
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);

    const url = `http://127.0.0.1:${port}`;
    const sample = world.readers[0]!;
    const request = { key: sample.key, body: bodyOf('Account', sample) };
    while (!(await answers(url, request))) {
      const hasEnded = child.exitCode !== null || child.signalCode !== null;
      if (hasEnded || performance.now() - begin > patience) {
        await killed(child, 'SIGKILL');
        throw new Error(`${server.name} does not answer:\n${readFileSync(log, 'utf8')}`);
      }
      await wait(3);
    }
    return new ServerProcess(server, url, child, performance.now() - begin);
  }

  async usage(): Promise<Usage> {
    this.child.send('usage');
    const [usage] = (await once(this.child, 'message')) as [Usage];
    return usage;
  }

  stop(): Promise<void> {
    return killed(this.child);
  }
}

/** For the gateway, and for the other servers, which use the same variables. */
function environmentOf({ place, pepper }: World): Record<string, string> {
  const { databaseUrl, databaseFile, dataDir } = place;
  return {
    DATA_DIR: dataDir,
    AWS_SANDBOX: 'on',
    PEPPER: pepper,
    ...hugeCostBudgets, // a few callers send all requests
    ...(databaseUrl ? { DATABASE_URL: databaseUrl } : { SQLITE_FILE: databaseFile }),
  };
}

export async function post(url: string, { key, body }: { key: string; body: string }): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body,
  });
  return response.text();
}

async function answers(url: string, request: { key: string; body: string }): Promise<boolean> {
  try {
    return (await post(url, request)).includes('"consoleRoleName":"console-role"');
  } catch {
    return false; // does not listen yet
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
