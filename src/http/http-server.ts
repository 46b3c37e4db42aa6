import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import cors from '@fastify/cors';
import { currentCaller } from '#libs/kernel';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { graphqlPath } from '../graphql/graphql-over-http.js';
import { currentRequest, watchedRequests, type RequestFacts, type WatchedRequest } from '../graphql/request-context.js';
import type { Log } from '../log.js';
import { playground } from '../rest/playground.js';
import { answerClientError } from './client-errors.js';
import { sendHttpError } from './http-errors.filter.js';
import { parseJsonBody } from './json-body.js';
import { otherMethods } from './other-methods.js';
import { RunningRequests } from './running-requests.js';
import { Turns } from './turns.js';

const largestBody = 256 * 1024;
/** How long a client may take to accept an answer, in milliseconds. A client that reads more slowly is disconnected. */
const longestSending = 12_000;

/** Headers of every answer. */
const headersFor = (requestId: string) => ({
  'x-request-id': requestId,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});

export interface HttpServer {
  readonly adapter: FastifyAdapter;
  readonly requests: RunningRequests;
  /** Must be called when every route is declared. */
  readonly finishRoutes: () => void;
}

/** The HTTP server: limits, headers, log entries and errors that are the same for every route. */
export async function createHttpServer(config: Config, log: Log): Promise<HttpServer> {
  const { trustedProxies } = config;
  const adapter = new FastifyAdapter({
    bodyLimit: largestBody,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    genReqId: () => randomUUID(),
    routerOptions: { ignoreTrailingSlash: true },
    // A client that sends slowly keeps a connection, for a limited time.
    requestTimeout: 12_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 1_000 },
    clientErrorHandler: answerClientError,
    // Fastify would repeat an address that it cannot read.
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) => {
      watchUntilEnd(request, reply, { id: request.id }, log);
      sendHttpError(reply.headers({ ...headersFor(request.id), connection: 'close' }), 404, request.id);
    },
  });
  const fastify: FastifyInstance = adapter.getInstance();
  const finishRoutes = otherMethods(fastify);
  const requests = new RunningRequests();
  fastify.addHook('onRoute', (route) => {
    const { handler } = route;
    // A handler outlives its connection when the client hangs up.
    route.handler = function (request, reply) {
      const work: unknown = handler.call(this, request, reply);
      if (work instanceof Promise) requests.add(work);
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
    // Only a client with a valid key may keep its connection, and none once the server closes.
    const mayStay = !requests.isClosing && factsOf.get(request)?.viewer !== undefined;
    reply.headers({ ...headersFor(request.id), ...(!mayStay && { connection: 'close' }) });
    const late = setTimeout(() => request.raw.socket.destroy(), longestSending).unref();
    reply.raw.once('close', () => clearTimeout(late));
  });
  if (config.corsOrigins.length > 0) await allowOrigins(fastify, config.corsOrigins);
  fastify.addHook('onRequest', async (request, reply) => {
    // Every answer since then ends its connection, too.
    if (requests.isClosing) return sendHttpError(reply.header('retry-after', 1), 503, request.id);
  });
  fastify.addHook('onRequest', async (request, reply) => {
    // Before the body is read: nothing at this path has one.
    if (request.is404) return sendHttpError(reply, 404, request.id);
  });
  const turns = new Turns();
  fastify.addHook('preHandler', (request, _, done) => {
    const facts = factsOf.get(request)!;
    const begin = () => currentRequest.run(facts, () => currentCaller.run(facts.caller!, done));
    // Whether the process is alive is no matter of how many wait.
    if (request.routeOptions.url === '/livez') begin();
    else turns.wait(begin);
  });
  if (config.playground) await fastify.register(playground, { prefix: '/playground', sandbox: config.sandbox });
  return { adapter, requests, finishRoutes };
}

/** Logs the request when its answer is out or its caller gone, and tells those who watch requests. */
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

/** The caller of a request. Its signal is aborted when it closes the connection before it has the whole answer. */
function callerOf(reply: FastifyReply): Required<Pick<RequestFacts, 'caller' | 'mustFinish'>> {
  const gone = new AbortController();
  const leave = () => !reply.raw.writableFinished && gone.abort();
  reply.raw.once('close', leave);
  return { caller: gone.signal, mustFinish: () => void reply.raw.off('close', leave) };
}

/** Lets pages of these origins use GraphQL. The API key is the only credential: no cookies. */
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

/** What clients send beyond the headers that need no permission. The names of Apollo's are those its clients use. */
const allowedRequestHeaders = [
  'Authorization',
  'Content-Type',
  'Apollo-Require-Preflight',
  'X-Apollo-Operation-Name',
  'X-Apollo-Operation-Id',
  'ApolloGraphQL-Client-Name',
  'ApolloGraphQL-Client-Version',
];
