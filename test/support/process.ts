import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { EmbeddedSqlite } from '#libs/database';
import mysql from 'mysql2/promise';
import { GatewayClient } from './client.js';
import { newDatabase, type DatabaseKind } from './new-database.js';
import { ofTest } from './sql-recorder.js';

/** Folder with `dist/`: this project, or a modified copy of it. */
export const projectFolder = join(import.meta.dirname, '../..');

/** Environment variables that are passed to processes. The second is the compile cache of Node.js. */
export const inherited = {
  PATH: process.env['PATH'],
  NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
};

/** Ends a child process, and waits until it has ended: until then it can write to folders that a test removes. */
export async function killed(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
}

/** Variables of the gateway. `undefined` removes a default. */
export type Env = Record<string, string | undefined>;

/** Cost budgets that no caller can spend: for tests in which one caller sends as much as it can. */
export const hugeCostBudgets = {
  API_KEY_COST_BUDGET: '999999999',
  API_KEY_COST_PER_SECOND: '999999999',
  TENANT_COST_BUDGET: '999999999',
  TENANT_COST_PER_SECOND: '999999999',
};

/** The default cost budgets of the gateway, in place of huge ones. */
export const defaultCostBudgets: Env = {
  API_KEY_COST_BUDGET: undefined,
  API_KEY_COST_PER_SECOND: undefined,
  TENANT_COST_BUDGET: undefined,
  TENANT_COST_PER_SECOND: undefined,
};

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built gateway in its own process, ready or not. Only `inherited` variables are passed to it. */
export class LaunchedProcess {
  /** Output to stdout and stderr so far. */
  output = '';
  readonly exit: Promise<Exit>;
  private readonly child: ChildProcess;
  private readonly listeners = new Set<() => void>();

  constructor(env: Env, { node = process.execPath, flags = [], program = projectFolder, uid }: LaunchOptions = {}) {
    this.child = spawn(node, [...flags, join(program, 'dist/bundle/main.js')], {
      cwd: program,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid }),
    });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        for (const listener of this.listeners) listener();
      });
    }
    this.exit = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal })));
  }

  get pid(): number {
    return this.child.pid!;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    this.child.kill(signal);
    return this.exit;
  }

  /** First match of `pattern` in the output. @throws Error with the output when the process ends without it */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const patience = new AbortController();
    const found = new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const match = pattern.exec(this.output);
        if (!match) return;
        this.listeners.delete(look);
        resolve(match);
      };
      this.listeners.add(look);
      look();
    });
    const ended = this.exit.then(({ code, signal }) => {
      throw new Error(`The gateway ended (${code ?? signal}) and printed:\n${this.output}`);
    });
    const late = wait(90_000, undefined, { signal: patience.signal, ref: false }).then(() => {
      throw new Error(`The gateway has not printed ${pattern} within 90 s, but:\n${this.output}`);
    });
    try {
      return await Promise.race([found, ended, late]);
    } finally {
      patience.abort();
    }
  }
}

export interface LaunchOptions {
  readonly node?: string;
  readonly flags?: string[];
  readonly program?: string;
  /** User to run as. */
  readonly uid?: number;
}

/** A running gateway in its own process, and a client of it. */
export class GatewayProcess extends GatewayClient {
  constructor(
    url: string,
    key: string,
    /** Written to a file by this start. Null when a tenant existed. */
    readonly firstKey: string | null,
    readonly process: LaunchedProcess,
  ) {
    super(url, key);
  }

  get output(): string {
    return this.process.output;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<Exit> {
    return this.process.kill(signal);
  }

  /** Stops it like a service manager. */
  stop(): Promise<Exit> {
    return this.process.kill('SIGTERM');
  }
}

/** Message about a new first API key in a file. */
const firstKeyWritten = /"file":"([^"]+)","msg":"The first API key was written/;

/** Messages of log entries in an output, and its other lines. */
export function messagesIn(output: string): string {
  const messageOf = (line: string) =>
    line.startsWith('{"level":') ? ((JSON.parse(line) as { msg?: string }).msg ?? line) : line;
  return output.split('\n').map(messageOf).join('\n');
}

/**
 * Place to run gateways: a folder and, with a server, a database. Processes that were started here end when it is
 * removed.
 */
export class Place {
  /** API key of the first tenant, after a gateway has created it. */
  key = '';
  private readonly launched: LaunchedProcess[] = [];

  private constructor(
    readonly kind: DatabaseKind,
    private readonly folder: string,
    readonly databaseUrl: string | undefined,
    private readonly removeDatabase: () => Promise<unknown>,
  ) {}

  /** @param serverUrl server, if not the one of all tests */
  static async make(kind: DatabaseKind, serverUrl?: string): Promise<Place> {
    const { url, remove } = await newDatabase(kind, serverUrl);
    return new Place(kind, await mkdtemp(join(tmpdir(), 'gateway-')), url, remove);
  }

  /** Does not exist before the first start. */
  get dataDir(): string {
    return join(this.folder, 'data');
  }

  get databaseFile(): string {
    return join(this.dataDir, 'gateway.sqlite');
  }

  get firstApiKeyFile(): string {
    return join(this.dataDir, 'first-api-key');
  }

  get keyRingFile(): string {
    return join(this.dataDir, 'key-ring.json');
  }

  launch(env: Env = {}, options: LaunchOptions = {}): LaunchedProcess {
    const process = new LaunchedProcess(
      {
        DATA_DIR: this.dataDir,
        PORT: '0',
        FAILED_API_KEYS_PER_MINUTE: '1000000',
        ...hugeCostBudgets,
        SLOW_OPERATION_MS: '60000', // a busy machine is slow
        ...(this.databaseUrl && { DATABASE_URL: this.databaseUrl }),
        ...env,
      },
      options,
    );
    this.launched.push(process);
    return process;
  }

  /** @throws Error with the output, when it does not become ready */
  start(env: Env = {}, options: LaunchOptions = {}): Promise<GatewayProcess> {
    return this.ready(this.launch(env, options));
  }

  async ready(process: LaunchedProcess): Promise<GatewayProcess> {
    const [, url] = await process.printed(/is ready at (\S+)\/graphql"/);
    const [, file] = firstKeyWritten.exec(process.output) ?? [];
    const firstKey = file === undefined ? null : readFileSync(file, 'utf8').trim();
    if (firstKey) this.key = firstKey;
    return new GatewayProcess(url!, this.key, firstKey, process);
  }

  /** A start that is expected to fail: exit code and output. */
  async refused(env: Env = {}, options: LaunchOptions = {}): Promise<Exit & { output: string }> {
    const process = this.launch(env, options);
    const served = process.printed(/is ready at/).then(
      () => process.kill(),
      () => process.exit,
    );
    return { ...(await served), output: messagesIn(process.output) };
  }

  /** Runs a statement on the database, with or without a running gateway, and returns its rows. */
  async rows(sql: string, parameters: unknown[] = []): Promise<any[]> {
    if (this.databaseUrl) {
      const connection = await mysql.createConnection({ uri: this.databaseUrl });
      try {
        const [rows] = await connection.query(ofTest + sql, parameters);
        return rows as any[];
      } finally {
        await connection.end();
      }
    }
    const database = new EmbeddedSqlite(this.databaseFile);
    try {
      return database.prepare(sql).all(...parameters);
    } finally {
      database.close();
    }
  }

  /** Runs a statement on the database, without the gateway. */
  async execute(sql: string): Promise<void> {
    if (this.databaseUrl) return void (await this.rows(sql));
    const database = new EmbeddedSqlite(this.databaseFile);
    database.exec(sql);
    database.close();
  }

  async remove(): Promise<void> {
    await Promise.all(this.launched.map((process) => process.kill()));
    await this.removeDatabase();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Runs `work` in a new place, which is removed afterwards. */
export async function inPlace<T>(kind: DatabaseKind, work: (place: Place) => Promise<T>): Promise<T> {
  const place = await Place.make(kind);
  try {
    return await work(place);
  } finally {
    await place.remove();
  }
}
