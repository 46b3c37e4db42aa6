import type { LoggerService } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { destination, pino, stdTimeFunctions, type Logger } from 'pino';
import type { LogLevel } from './config.js';
import { describeError, type ErrorDescription } from './graphql/errors/describe-error.js';
import type { RequestFacts } from './graphql/request-context.js';

/** Every field an entry may have beside its time, level and message. Whatever else is handed in is left out. */
interface Entry {
  /** Which part of the gateway speaks. */
  readonly context?: string | undefined;
  readonly requestId?: string | undefined;
  readonly method?: string | undefined;
  /** The route as it was declared; absent where there is none. Never the address, which is the caller's text. */
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  readonly durationMs?: number | undefined;
  /** Such as `mutation createCloudAccount`. */
  readonly operation?: string | undefined;
  readonly tenantId?: number | undefined;
  readonly apiKeyId?: number | undefined;
  /** Why a key that is right was not let in. */
  readonly refused?: string | undefined;
  /** The caller went away before it had the whole answer. */
  readonly aborted?: boolean | undefined;
  readonly path?: string | undefined;
  /** A file of the gateway's own, for the operator. */
  readonly file?: string | undefined;
  readonly code?: string | undefined;
  readonly error?: ErrorDescription | undefined;
}

/** What waits to be written when nobody reads our output; beyond it entries are dropped rather than memory filled. */
const mostWaiting = 8 * 1024 * 1024;

const stdout = destination({ dest: 1, sync: false, maxLength: mostWaiting });

/** Something the operator must know about the start, whatever the level of the log. */
export interface Notice {
  readonly message: string;
  /** The file that the message is about. */
  readonly file?: string;
  readonly isWarning?: boolean;
}

/** The log: JSON on stdout, one entry a line. It takes the words of Nest, of ours and of nobody else. */
export class Log implements LoggerService {
  private readonly pino: Logger;

  /** @param fd where to write instead of stdout, at once */
  constructor(level: LogLevel, fd?: number) {
    const formatters = { level: (label: string) => ({ level: label }) };
    this.pino = pino(
      { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters },
      fd === undefined ? stdout : destination({ dest: fd, sync: true }),
    );
  }

  /** What Nest tells of its start, too long for every day. */
  log(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  /** Written even where `LOG_LEVEL` leaves out its level. */
  notice({ message, file, isWarning = false }: Notice): void {
    const level = isWarning ? 'warn' : 'info';
    this.pino.child({}, { level })[level]({ context: 'Start', file } satisfies Entry, message);
  }

  /** One entry for the request, when its answer is out or its caller gone. */
  request(request: FastifyRequest, reply: FastifyReply, facts: RequestFacts): void {
    const started = performance.now();
    reply.raw.once('close', () =>
      this.write('info', {
        context: 'HTTP',
        requestId: facts.id,
        method: request.method,
        route: request.routeOptions.url,
        status: reply.raw.statusCode,
        durationMs: Math.round((performance.now() - started) * 10) / 10,
        operation: facts.operation,
        tenantId: facts.viewer?.tenantId,
        apiKeyId: facts.viewer?.apiKeyId,
        refused: facts.refused,
        aborted: reply.raw.writableFinished ? undefined : true,
      } satisfies Entry),
    );
  }

  /** Nest gives the context last, and before it perhaps a stack, which is described with its error or not at all. */
  private write(level: LogLevel, message: unknown, rest: readonly unknown[] = []): void {
    const context = rest.at(-1);
    const entry: Entry = typeof context === 'string' ? { context } : {};
    if (typeof message === 'string') return this.pino[level](entry, message);
    if (message instanceof Error) return this.pino[level]({ ...entry, error: describeError(message) });
    this.pino[level]({ ...allowed(message as Entry), ...entry });
  }
}

function allowed(entry: Entry): Entry {
  const { context, requestId, method, route, status, durationMs, aborted } = entry;
  const { operation, tenantId, apiKeyId, refused, path, file, code, error } = entry;
  return {
    ...{ context, requestId, method, route, status, durationMs, aborted },
    ...{ operation, tenantId, apiKeyId, refused, path, file, code, error },
  };
}
