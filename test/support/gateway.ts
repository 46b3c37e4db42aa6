import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessService } from '#libs/access';
import mysql from 'mysql2/promise';
import { DataSource } from 'typeorm';
import { readConfig } from '../../src/config.js';
import { startGateway, type Gateway as RunningGateway } from '../../src/gateway.js';

/** Which database the suite runs on: one suite, run once for each (jest.config.mjs). */
export const database = (globalThis as unknown as { database: 'SQLite' | 'MariaDB' }).database;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
  /** The body as it came. */
  readonly text: string;
}

/** The whole gateway on a real database, used as a client uses it: over HTTP. AWS is the sandbox, nothing is mocked. */
export class Gateway {
  private constructor(
    private readonly running: RunningGateway,
    private readonly key: string,
    readonly dataDir: string,
    private readonly removeDatabase: () => Promise<unknown>,
  ) {}

  static async start(env: NodeJS.ProcessEnv = {}): Promise<Gateway> {
    const dataDir = await mkdtemp(join(tmpdir(), 'gateway-'));
    const { url, remove } = await newDatabase();
    const running = await startGateway(
      readConfig({
        DATA_DIR: dataDir,
        PORT: '0',
        AWS_SANDBOX: 'on',
        AWS_TIMEOUT_MS: '2000',
        ...(url && { DATABASE_URL: url }),
        ...env,
      }),
    );
    return new Gateway(running, running.firstKey!.reveal(), dataDir, async () => {
      await remove();
      await rm(dataDir, { recursive: true, force: true });
    });
  }

  get url(): string {
    return this.running.url;
  }

  get sandboxUrl(): string {
    return this.running.sandboxUrl!;
  }

  /** A provider of the running gateway, for the few tests that look behind the door. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.running.app.get(token as never, { strict: false });
  }

  /** A statement straight to the database, behind the gateway's back. */
  sql(statement: string, parameters: unknown[] = []): Promise<any> {
    return this.get(DataSource).query(statement, parameters);
  }

  /** The key of a tenant of its own. */
  async anotherTenant(): Promise<string> {
    const { token } = await this.get(AccessService).openTenant({ tenant: 'Another tenant', key: 'Its key' });
    return token.reveal();
  }

  async stop(): Promise<void> {
    await this.running.close();
    await this.removeDatabase();
  }

  /** The data; or a failed test that shows the errors. */
  async ask(query: string, variables: object = {}, key = this.key): Promise<any> {
    const { body } = await this.send(query, variables, key);
    if (body.errors) throw new Error(`Unexpected errors: ${JSON.stringify(body.errors, null, 2)}`);
    return body.data;
  }

  /** The one error of a request that has no data: its message and extensions. */
  async error(query: string, variables: object = {}, key = this.key): Promise<any> {
    const { body } = await this.send(query, variables, key);
    if (body.errors?.length !== 1) throw new Error(`Expected one error, got ${JSON.stringify(body)}`);
    return body.errors[0];
  }

  send(query: string, variables: object = {}, key = this.key): Promise<Answer> {
    return this.post(JSON.stringify({ query, variables }), key);
  }

  async post(
    body: string | Buffer,
    key: string | null = this.key,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }), ...headers },
      body: body as string,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

let databases = 0;

/** An empty database of its own for a gateway; none for the embedded one, which lives in the gateway's folder. */
export async function newDatabase(kind = database): Promise<{ url?: string; remove: () => Promise<unknown> }> {
  if (kind === 'SQLite') return { remove: async () => undefined };

  const server = process.env['TEST_DATABASE_URL']!.replace(/\/$/, '');
  const name = `gateway_${process.pid}_${Date.now()}_${++databases}`;
  const onServer = async (statement: string) => {
    const connection = await mysql.createConnection({ uri: server });
    await connection.query(statement);
    await connection.end();
  };
  await onServer(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`);
  return { url: `${server}/${name}`, remove: () => onServer(`DROP DATABASE ${name}`) };
}
