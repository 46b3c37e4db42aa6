import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { AccessService, TenantService } from '#libs/access';
import { AwsAccessKey, type AwsEndpoints, type GatewayIdentitySettings } from '#libs/aws-credentials';
import { AwsAccountRule } from '#libs/cloud-accounts';
import type { AwsSandbox, AwsSandboxOptions } from '@cloud-account-gateway/aws-sandbox';
import { Keychain } from '#libs/encryption';
import { fileUnusable, onFile, Reconcilers, Secret } from '#libs/kernel';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import type { Config } from './config.js';
import { lockDataDir, makeDataDir } from './database/file-lock.js';
import { refuseWrongUser } from './database/file-owner.js';
import { CostControl, openCostBudgets } from './fairness/cost-budgets.js';
import { prepareDatabase } from './database/prepare-database.js';
import { firstKeyToken } from './first-api-key.js';
import { createHttpServer } from './http/http-server.js';
import { portUnusable } from './http/port-unusable.js';
import type { RunningRequests } from './http/running-requests.js';
import { Log } from './log.js';

const listenSettings = { host: 'HOST', port: 'PORT', example: 4001 };

/** A running gateway. */
export interface Gateway {
  readonly app: NestFastifyApplication;
  readonly log: Log;
  /** Address of the gateway, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** The sandbox, if it is enabled. */
  readonly sandbox: AwsSandbox | undefined;
  /** Address of the metrics, if they are enabled. */
  readonly metricsUrl: string | undefined;
  /** API key of the first tenant, if this start created it. Returned only here. */
  readonly firstKey: Secret | null;
  /** Finishes accepted requests, then releases all resources. */
  close(): Promise<void>;
}

/**
 * Starts the gateway. Problems with its environment are found before anything is changed.
 *
 * @param sandboxOptions behavior of the sandbox, for tests
 * @throws PortUnusable, DataDirUnusable, DatabaseUnusable, KeyRingUnusable, KeyRingDoesNotFit, FirstApiKeyUnusable,
 * WrongUser
 */
export async function startGateway(config: Config, sandboxOptions: AwsSandboxOptions = {}): Promise<Gateway> {
  const undo: (() => unknown)[] = [];
  const close = async () => {
    while (undo.length > 0) await undo.pop()?.();
  };
  try {
    const log = new Log(config.logLevel, { slowOperationMs: config.slowOperationMs });
    refuseWrongUser(config);
    await preparePlace(config, undo);
    if (config.traces) undo.push((await import('./traces/traces.js')).startTraces(config.traces));
    const { dataSource, keks } = await prepareDatabase(config.database, config.keyRingFile);
    undo.push(() => dataSource.destroy());

    const sandbox = config.sandbox ? await startSandbox(log, config.dataDir, sandboxOptions, undo) : undefined;
    const endpoints: AwsEndpoints = {
      timeoutMs: config.awsTimeoutMs,
      ...(config.awsEndpointOverride && { override: config.awsEndpointOverride }),
      ...(sandbox && { sandbox: sandbox.url }),
    };
    const gatewayIdentity: GatewayIdentitySettings = {
      arn: config.iamSetup.gatewayIdentityArn,
      timeoutMs: config.awsTimeoutMs,
      ...(sandbox && { sandboxKey: await sandboxIdentity() }),
    };
    const { rotationPace, driftPace, failedAttemptLimit, accountsPerAwsAccount, fastPath } = config;
    const sandboxProvisioning = { isOn: config.provisioner === 'sandbox' };
    const paces = { rotationPace, driftPace, failedAttemptLimit, sandboxProvisioning, accountsPerAwsAccount, fastPath };
    const { budgets, close: closeBudgets } = await openCostBudgets(config.costBudgets, config.redisUrl);
    undo.push(closeBudgets);
    const platform = { dataSource, keks, endpoints, gatewayIdentity, costControl: new CostControl(budgets), ...paces };
    const { app, requests } = await createApp(AppModule.of(platform, config.iamSetup), config, log);
    const keychain = app.get(Keychain);
    undo.push(() => keychain.close()); // after the last request was answered
    undo.push(() => app.close());
    await keychain.prepareGatewayKey();
    const firstKey = await app
      .get(TenantService)
      .createFirst({ tenant: 'First tenant', key: 'First key' }, () => firstKeyToken(config));

    const shared = await app.get(AwsAccountRule, { strict: false }).countExceptions();
    if (shared > 0)
      log.warn(
        `ACCOUNTS_PER_AWS_ACCOUNT is one, but some AWS accounts (${shared}) have several cloud accounts of one tenant. They are kept. To list them: cloud-account-gateway doctor`,
      );
    const metrics = config.metrics && (await (await import('./metrics/metrics.js')).startMetrics(config.metrics, app));
    if (metrics) undo.push(() => metrics.close());
    await app.listen(config.port, config.host);
    const reconcilers = app.get(Reconcilers);
    // Background tasks use the database, so they end before it is closed.
    undo.push(() => Promise.all([requests.close(), reconcilers.stop()]));
    reconcilers.start();
    return { app, log, url: await app.getUrl(), metricsUrl: metrics?.url, sandbox, firstKey, close };
  } catch (error) {
    await close();
    throw portUnusable(error, { ...config, settings: listenSettings }) ?? error;
  }
}

async function preparePlace(
  { host, port, database, dataDir, keyRingFile }: Config,
  undo: (() => unknown)[],
): Promise<void> {
  const isEmbedded = 'file' in database;
  const lock = () => isEmbedded && undo.push(lockDataDir(dataDir));
  const isThere = existsSync(dataDir);

  // Reported first: a second gateway with the same folder usually has the same port.
  if (isThere) lock();
  await refuseTakenPort(host, port);
  if (!isThere && (isEmbedded || dirname(keyRingFile) === dataDir)) {
    makeDataDir(dataDir);
    lock();
  }
}

async function refuseTakenPort(host: string, port: number): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => probe.once('error', reject).listen(port, host, resolve));
  await new Promise((resolve) => probe.close(resolve));
}

async function startSandbox(
  log: Log,
  dataDir: string,
  options: AwsSandboxOptions,
  undo: (() => unknown)[],
): Promise<AwsSandbox> {
  const { sandboxFiles, startAwsSandbox } = await import('@cloud-account-gateway/aws-sandbox');
  const onFault = (fault: unknown) => log.error(fault, 'AWS sandbox');
  if (!existsSync(dataDir)) {
    const sandbox = await startAwsSandbox({ ...options, onFault });
    undo.push(() => sandbox.close());
    return sandbox;
  }
  const { resources: ec2File, address } = sandboxFiles(dataDir);
  const sandbox = await startAwsSandbox({ ec2File, ...options, onFault }).catch((error: unknown) => {
    throw fileUnusable(error, ec2File) ?? error;
  });
  undo.push(() => sandbox.close());
  // For the command line, which changes resources in it.
  onFile(address, () => writeFileSync(address, `${sandbox.url}\n`, { mode: 0o600 }));
  undo.push(() => rmSync(address, { force: true }));
  return sandbox;
}

/** Identity that access roles of the sandbox trust. */
async function sandboxIdentity(): Promise<AwsAccessKey> {
  const { sandboxKeys, sandboxSecret } = await import('@cloud-account-gateway/aws-sandbox');
  const { accessKeyId } = sandboxKeys.find(({ family }) => family === 'GTWAY')!;
  return new AwsAccessKey(accessKeyId, new Secret(sandboxSecret));
}

async function createApp(
  module: ReturnType<typeof AppModule.of>,
  config: Config,
  log: Log,
): Promise<{ app: NestFastifyApplication; requests: RunningRequests }> {
  const { adapter, requests, authenticateBy, finishRoutes } = await createHttpServer(config, log);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: log,
    abortOnError: false,
    bodyParser: false, // Fastify's own parser reads JSON; no other type is accepted
  });
  await app.init();
  authenticateBy(app.get(AccessService, { strict: false }));
  finishRoutes();
  return { app, requests };
}
