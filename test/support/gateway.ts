import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiKeyService, TenantService, type NewApiKey } from '#libs/access';
import type { AwsSandboxOptions, SandboxAdmin } from '@cloud-account-gateway/aws-sandbox';
import { operator } from '#libs/events';
import { DataSource } from 'typeorm';
import { readConfig } from '../../src/config.js';
import { startGateway, type Gateway as RunningGateway } from '../../src/gateway.js';
import { GatewayClient } from './client.js';
import { newDatabase, type DatabaseKind } from './new-database.js';
import { ofTest } from './sql-recorder.js';
import { hugeCostBudgets } from './process.js';

export type { Answer } from './client.js';

/** Database of the suite, which runs once for each (jest.config.mjs). */
export const database = (globalThis as unknown as { database: DatabaseKind }).database;

/** Tenant of the first API key. The tenant of the operator is 1. */
const firstTenant = 2;

/** The whole gateway on a real database, used over HTTP. AWS is the sandbox, and nothing is mocked. */
export class Gateway extends GatewayClient {
  private constructor(
    private readonly running: RunningGateway,
    key: string,
    readonly dataDir: string,
    private readonly removeDatabase: () => Promise<unknown>,
  ) {
    super(running.url, key);
  }

  static async start(env: NodeJS.ProcessEnv = {}, sandbox: AwsSandboxOptions = {}): Promise<Gateway> {
    const dataDir = await mkdtemp(join(tmpdir(), 'gateway-'));
    const { url, remove } = await newDatabase(database, process.env['RECORDED_DATABASE_URL']);
    const running = await startGateway(
      readConfig({
        DATA_DIR: dataDir,
        PORT: '0',
        AWS_SANDBOX: 'on',
        AWS_TIMEOUT_MS: '5000',
        LOG_LEVEL: 'warn',
        ...hugeCostBudgets,
        SLOW_OPERATION_MS: '60000', // a busy machine is slow
        FAILED_API_KEYS_PER_MINUTE: '1000000', // tests send many
        ...(url && { DATABASE_URL: url }),
        FAST_PATH: process.env['FAST_PATH'], // the suite must pass with both
        ...env,
      }),
      sandbox,
    );
    return new Gateway(running, running.firstKey!.reveal(), dataDir, async () => {
      await remove();
      await rm(dataDir, { recursive: true, force: true });
    });
  }

  /** Control of the sandbox, for what calls to AWS cannot set. */
  get aws(): SandboxAdmin {
    return this.running.sandbox!.admin;
  }

  get sandboxUrl(): string {
    return this.running.sandbox!.url;
  }

  /** Provider of the running gateway, for tests of its internals. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.running.app.get(token as never, { strict: false });
  }

  /** Runs a statement on the database, without the gateway. */
  sql(statement: string, parameters: unknown[] = []): Promise<any> {
    return this.get(DataSource).query(ofTest + statement, parameters);
  }

  /** API key of another tenant. */
  async anotherTenant(): Promise<string> {
    const { token } = await this.get(TenantService).create(operator, {
      tenant: `Another tenant ${randomUUID()}`,
      key: 'Its key',
    });
    return token.reveal();
  }

  /** Another API key, by default of the first tenant. */
  async newKey(key: Partial<NewApiKey> = {}, tenantId = firstTenant): Promise<string> {
    const { token } = await this.get(ApiKeyService).issue(operator, tenantId, {
      name: 'Another key',
      role: 'OWNER',
      lifetime: 1,
      allowedCidrs: [],
      canIntrospect: false,
      ...key,
    });
    return token.reveal();
  }

  async stop(): Promise<void> {
    await this.running.close();
    await this.removeDatabase();
  }
}
