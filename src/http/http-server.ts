import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import cors from '@fastify/cors';
import type { AccessService } from '#libs/access';
import { currentCaller, joinLane } from '#libs/kernel';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { graphqlPath } from '../graphql/graphql-over-http.js';
import { currentRequest, watchedRequests, type RequestFacts, type WatchedRequest } from '../graphql/request-context.js';
import type { Log } from '../log.js';
import { playground } from '../rest/playground.js';
import { answerClientError } from './client-errors.js';
import { overloaded, sendHttpError } from './http-errors.filter.js';
import { parseJsonBody } from './json-body.js';
import { otherMethods } from './other-methods.js';
import { RunningRequests } from './running-requests.js';
import { Turns } from './turns.js';

const largestBody = 256 * 1024;
/** Maximum time for a client to receive a response, in milliseconds. Slower clients are disconnected. */
const longestSending = 12_000;

/** Headers of every response. */
const headersFor = (requestId: string) => ({
  'x-request-id': requestId,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});

export interface HttpServer {
  readonly adapter: FastifyAdapter;
  readonly requests: RunningRequests;
  /** Must be called before requests arrive. */
  readonly authenticateBy: (access: AccessService) => void;
  /** Must be called after every route is declared. */
  readonly finishRoutes: () => void;
}

/** HTTP server with the limits, headers, log entries and errors of all routes. */
export async function createHttpServer(config: Config, log: Log): Promise<HttpServer> {
  const { trustedProxies } = config;
  const adapter = new FastifyAdapter({
    bodyLimit: largestBody,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true },
    // A client that sends slowly can keep its connection for a limited time only.
    requestTimeout: 12_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 },
    clientErrorHandler: answerClientError,
    // Fastify would repeat a URL that it cannot parse.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      watchUntilEnd(request, reply, { id: request.id }, log);
      sendHttpError(reply.headers({ ...headersFor(request.id), connection: 'close' }), 404, request.id);
    },
  });
  const fastify: FastifyInstance = adapter.getInstance();
  const finishRoutes = otherMethods(fastify);
  const requests = new RunningRequests();
  const isHandled = new WeakSet<FastifyRequest>();
  /** What to call at the end of a request, so that another one can begin. */
  const ends = new WeakMap<FastifyRequest, () => void>();
  fastify.addHook('onRoute', (route) => {
    const { handler } = route;
    // A handler continues after the client has disconnected.
    route.handler = function (request, reply) {
      isHandled.add(request);
      const end = () => ends.get(request)?.();
      const work: unknown = handler.call(this, request, reply);
      if (work instanceof Promise) requests.add(work.finally(end));
      else end();
      return work;
    };
  });
  // JSON is the only type of body: a page of another origin cannot send it without a preflight.
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => parseJsonBody(body, request.headers),
  );

  const factsOf = new WeakMap<FastifyRequest, RequestFacts>();
  fastify.addHook('onRequest', async (request, reply) => {
    const facts: RequestFacts = { id: request.id, ...callerOf(reply) };
    factsOf.set(request, facts);
    watchUntilEnd(request, reply, facts, log);
    if (!requests.isClosing) requests.add(once(reply.raw, 'close'));
  });
  fastify.addHook('onSend', async (request, reply) => {
    // Only clients with a valid API key can keep their connection, and none after the server starts to close.
    const mayStay = !requests.isClosing && factsOf.get(request)?.viewer !== undefined;
    reply.headers({ ...headersFor(request.id), ...(!mayStay && { connection: 'close' }) });
    const late = setTimeout(() => request.raw.socket.destroy(), longestSending).unref();
    reply.raw.once('close', () => clearTimeout(late));
  });
  if (config.corsOrigins.length > 0) await allowOrigins(fastify, config.corsOrigins);
  fastify.addHook('onRequest', async (request, reply) => {
    // Every later response also closes its connection.
    if (requests.isClosing) return sendHttpError(reply.header('retry-after', 1), 503, request.id);
  });
  fastify.addHook('onRequest', async (request, reply) => {
    // Before the body is read: requests to this path have none.
    if (request.is404) return sendHttpError(reply, 404, request.id);
  });
  let access: AccessService | undefined;
  const turns = new Turns();
  fastify.addHook('preHandler', (request, reply, done) => {
    const facts = factsOf.get(request)!;
    const inContext = <T>(work: () => T) => currentRequest.run(facts, () => currentCaller.run(facts.caller!, work));
    const wait = (lane: number) => {
      joinLane(facts.caller!, lane);
      const isAccepted = turns.wait((end) => {
        ends.set(request, end);
        reply.raw.once('close', () => isHandled.has(request) || end());
        inContext(done);
      }, lane);
      if (isAccepted) return;
      facts.code = overloaded.code;
      sendHttpError(reply.header('retry-after', 1), 503, request.id, overloaded);
    };
    const { url } = request.routeOptions;
    // Liveness does not depend on the number of waiting requests.
    if (url === '/livez') return inContext(done);
    if (url !== graphqlPath || !access) return wait(0);
    // Tenants take turns, so the tenant must be known. Refusals are sent by the handler.
    const { authorization } = request.headers;
    facts.authenticated = inContext(() => access!.authenticate(authorization, request.ip));
    facts.authenticated.then(
      ({ tenantId }) => wait(tenantId),
      () => wait(0),
    );
  });
  if (config.playground) await fastify.register(playground, { prefix: '/playground', sandbox: config.sandbox });
  const authenticateBy = (service: AccessService) => void (access = service);
  return { adapter, requests, authenticateBy, finishRoutes };
}

/** Logs the request after its response is sent or its caller has disconnected, and notifies observers of requests. */
function watchUntilEnd(request: FastifyRequest, reply: FastifyReply, facts: RequestFacts, log: Log): void {
  const started = performance.now();
  const watched: WatchedRequest = {
    facts,
    method: request.method,
    route: request.routeOptions.url,
    traceparent: request.headers['traceparent'] as string | undefined,
  };
  watchedRequests.start.publish(watched);
  reply.raw.once('close', () => {
    const { statusCode: status, writableFinished } = reply.raw;
    watched.end = { status, durationMs: performance.now() - started, isAborted: !writableFinished };
    log.request(watched);
    watchedRequests.asyncEnd.publish(watched);
  });
}

/**
 * Caller of a request. Its signal is aborted when the caller closes the connection before it has the whole response.
 */
function callerOf(reply: FastifyReply): Required<Pick<RequestFacts, 'caller' | 'mustFinish'>> {
  const gone = new AbortController();
  const leave = () => !reply.raw.writableFinished && gone.abort();
  reply.raw.once('close', leave);
  return { caller: gone.signal, mustFinish: () => void reply.raw.off('close', leave) };
}

/** Allows pages of these origins to use GraphQL. The API key is the only credential: no cookies. */
async function allowOrigins(fastify: FastifyInstance, origins: readonly string[]): Promise<void> {
  fastify.addHook('onRoute', (route) => {
    if (route.url !== graphqlPath) route.config = { ...route.config, cors: false };
  });
  await fastify.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST'],
    allowedHeaders: allowedRequestHeaders,
    exposedHeaders: ['Retry-After', 'X-Request-Id', 'Allow', 'WWW-Authenticate'],
    maxAge: 600,
    strictPreflight: false,
  });
}

/** Headers that clients send and that need permission. Those of Apollo are used by its clients. */
const allowedRequestHeaders = [
  'Authorization',
  'Content-Type',
  'Apollo-Require-Preflight',
  'X-Apollo-Operation-Name',
  'X-Apollo-Operation-Id',
  'ApolloGraphQL-Client-Name',
  'ApolloGraphQL-Client-Version',
];
