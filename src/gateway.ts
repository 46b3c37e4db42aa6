import { randomUUID } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { AccessService } from '#libs/access';
import { AwsAccessKey, type AwsEndpoints, type GatewayIdentitySettings } from '#libs/aws-credentials';
import type { AwsSandbox, AwsSandboxOptions } from '#libs/aws-sandbox';
import { Keychain } from '#libs/encryption';
import { currentCaller, Reconcilers, Secret } from '#libs/kernel';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppModule } from './app.module.js';
import type { Config } from './config.js';
import { lockDataDir, makeDataDir } from './database/file-lock.js';
import { refuseWrongUser } from './database/file-owner.js';
import { prepareDatabase } from './database/prepare-database.js';
import { firstKeyToken } from './first-key.js';
import { currentRequest, type RequestFacts } from './graphql/request-context.js';
import { Log } from './log.js';
import { sendHttpError } from './rest/http-errors.filter.js';
import { playground } from './rest/playground.js';

const largestBody = 256 * 1024;
/** How long the network may take to accept an answer from us, in milliseconds: who reads slower has gone, or means harm. */
const longestSending = 12_000;

/** The port cannot be listened on. The message is for the operator. */
export class PortUnusable extends Error {
  override readonly name = 'PortUnusable';
}

/** A gateway that serves. */
export interface Gateway {
  readonly app: NestFastifyApplication;
  readonly log: Log;
  /** Where it listens, such as `http://127.0.0.1:4000`. */
  readonly url: string;
  /** The small AWS inside, when it is on. */
  readonly sandbox: AwsSandbox | undefined;
  /** The first tenant's key, when this start made it; it is given out here and never again. */
  readonly firstKey: Secret | null;
  /** Answers what was accepted, then lets everything go. */
  close(): Promise<void>;
}

/**
 * Starts the gateway. Whatever may be wrong with the place it is started in is found out before anything is changed.
 *
 * @param sandboxOptions how the small AWS inside behaves, for tests
 * @throws PortUnusable, DataDirUnusable, DatabaseUnusable, KeyRingUnusable, KeyRingDoesNotFit, FirstKeyUnusable,
 *   WrongUser
 */
export async function startGateway(config: Config, sandboxOptions: AwsSandboxOptions = {}): Promise<Gateway> {
  const undo: (() => unknown)[] = [];
  const close = async () => {
    while (undo.length > 0) await undo.pop()?.();
  };
  try {
    const log = new Log(config.logLevel);
    refuseWrongUser(config);
    await preparePlace(config, undo);
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
    const { rotationPace, driftPace } = config;
    const sandboxProvisioning = { isOn: config.provisioner === 'sandbox' };
    const paces = { rotationPace, driftPace, sandboxProvisioning };
    const platform = { dataSource, keks, endpoints, gatewayIdentity, ...paces };
    const app = await createApp(AppModule.of(platform, config.iamSetup), config, log);
    const keychain = app.get(Keychain);
    undo.push(() => keychain.close()); // after the last request was answered
    undo.push(() => app.close());
    await keychain.prepareGatewayKey();
    const firstKey = await app
      .get(AccessService)
      .openFirstTenant({ tenant: 'First tenant', key: 'First key' }, () => firstKeyToken(config));

    await app.listen(config.port, config.host);
    const reconcilers = app.get(Reconcilers);
    undo.push(() => reconcilers.stop());
    reconcilers.start();
    return { app, log, url: await app.getUrl(), sandbox, firstKey, close };
  } catch (error) {
    await close();
    throw portUnusable(error, config) ?? error;
  }
}

async function preparePlace(
  { host, port, database, dataDir, keyRingFile }: Config,
  undo: (() => unknown)[],
): Promise<void> {
  const isEmbedded = 'file' in database;
  const lock = () => isEmbedded && undo.push(lockDataDir(dataDir));
  const isThere = existsSync(dataDir);

  // Said first, because a second gateway on the same folder mostly wants the same port, too.
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

function portUnusable(error: unknown, { host, port }: Config): PortUnusable | null {
  const { syscall, code } = error as { syscall?: string; code?: string };
  if (syscall === 'getaddrinfo') {
    return new PortUnusable(`HOST ${host} is the name of no address. Example: HOST=127.0.0.1`);
  }
  switch (syscall === 'listen' && code) {
    case 'EADDRINUSE':
      return new PortUnusable(
        `Port ${port} on ${host} is taken by another process. Choose another one. Example: PORT=4001`,
      );
    case 'EACCES':
      return new PortUnusable(`This user may not listen on port ${port}. Choose one above 1023. Example: PORT=4000`);
    case 'EADDRNOTAVAIL':
      return new PortUnusable(`This machine has no address ${host}. Example: HOST=127.0.0.1`);
    default:
      return null;
  }
}

async function startSandbox(
  log: Log,
  dataDir: string,
  options: AwsSandboxOptions,
  undo: (() => unknown)[],
): Promise<AwsSandbox> {
  const { sandboxFiles, startAwsSandbox } = await import('#libs/aws-sandbox');
  const onFault = (fault: unknown) => log.error(fault, 'AWS sandbox');
  if (!existsSync(dataDir)) {
    const sandbox = await startAwsSandbox({ ...options, onFault });
    undo.push(() => sandbox.close());
    return sandbox;
  }
  const { resources: ec2File, address } = sandboxFiles(dataDir);
  const sandbox = await startAwsSandbox({ ec2File, ...options, onFault });
  undo.push(() => sandbox.close());
  // For the command line, which meddles with what stands there.
  writeFileSync(address, `${sandbox.url}\n`, { mode: 0o600 });
  undo.push(() => rmSync(address, { force: true }));
  return sandbox;
}

/** Whom the access roles of the sandbox trust. */
async function sandboxIdentity(): Promise<AwsAccessKey> {
  const { sandboxKeys, sandboxSecret } = await import('#libs/aws-sandbox');
  const { accessKeyId } = sandboxKeys.find(({ family }) => family === 'GTWAY')!;
  return new AwsAccessKey(accessKeyId, new Secret(sandboxSecret));
}

/** The caller of a request, whose signal is aborted when it closes the connection before it has the whole answer. */
function callerOf(reply: FastifyReply): Required<Pick<RequestFacts, 'caller' | 'mustFinish'>> {
  const gone = new AbortController();
  const leave = () => !reply.raw.writableFinished && gone.abort();
  reply.raw.once('close', leave);
  return { caller: gone.signal, mustFinish: () => void reply.raw.off('close', leave) };
}

/** On every answer. */
const headersFor = (requestId: string) => ({
  'x-request-id': requestId,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});

async function createApp(
  module: ReturnType<typeof AppModule.of>,
  { trustedProxies, playground: hasPlayground, sandbox }: Config,
  log: Log,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: largestBody,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    genReqId: () => randomUUID(),
    // Whoever sends slowly, on purpose or not, keeps a connection and no more, and not for long.
    requestTimeout: 12_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 },
    // An address that cannot be read is one where nothing is; Fastify would repeat it in its answer.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      log.request(request, reply, { id: request.id });
      sendHttpError(reply.headers({ ...headersFor(request.id), connection: 'close' }), 404, request.id);
    },
  });
  const fastify = adapter.getInstance();
  const factsOf = new WeakMap<FastifyRequest, RequestFacts>();
  fastify.addHook('onRequest', async (request, reply) => {
    const facts = { id: request.id, ...callerOf(reply) };
    factsOf.set(request, facts);
    log.request(request, reply, facts);
  });
  fastify.addHook('onSend', async (request, reply) => {
    // Only who has shown a key may keep the connection; and nobody, once we were told to stop: it would keep us from ending.
    const mayStay = fastify.server.listening && factsOf.get(request)?.viewer !== undefined;
    reply.headers({ ...headersFor(request.id), ...(!mayStay && { connection: 'close' }) });
    const late = setTimeout(() => request.raw.socket.destroy(), longestSending).unref();
    reply.raw.once('close', () => clearTimeout(late));
  });
  fastify.addHook('preHandler', (request, _, done) => {
    const facts = factsOf.get(request)!;
    currentRequest.run(facts, () => currentCaller.run(facts.caller!, done));
  });
  if (hasPlayground) await fastify.register(playground, { prefix: '/playground', sandbox });

  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: log,
    abortOnError: false,
  });
  return app.init();
}
