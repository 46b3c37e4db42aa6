import type { LoggerService } from '@nestjs/common';
import { destination, pino, stdTimeFunctions, type Logger } from 'pino';
import type { LogLevel } from './config.js';
import { describeError, type ErrorDescription } from './graphql/errors/describe-error.js';
import type { WatchedRequest } from './graphql/request-context.js';

/** All fields of a log entry besides time, level and message. Other values are omitted. */
interface Entry {
  /** Part of the gateway that logs. */
  readonly context?: string | undefined;
  readonly requestId?: string | undefined;
  readonly method?: string | undefined;
  /** Declared route. Undefined if there is none. Never the URL, which is text from the caller. */
  readonly route?: string | undefined;
  readonly status?: number | undefined;
  readonly durationMs?: number | undefined;
  /** For example `mutation createCloudAccount`. */
  readonly operation?: string | undefined;
  /** Number of statements of the operation, and its computed cost. */
  readonly statements?: number | undefined;
  readonly cost?: number | undefined;
  readonly tenantId?: number | undefined;
  readonly apiKeyId?: number | undefined;
  /** Reason why a correct API key was refused. */
  readonly refused?: string | undefined;
  /** The caller disconnected before it received the whole response. */
  readonly aborted?: boolean | undefined;
  readonly path?: string | undefined;
  /** File of the gateway, for the operator. */
  readonly file?: string | undefined;
  readonly code?: string | undefined;
  readonly error?: ErrorDescription | undefined;
}

/** Maximum size of the output that waits to be written. Further entries are dropped, so that memory does not fill. */
const mostWaiting = 8 * 1024 * 1024;

/**
 * Entries are written together, at the latest after `longestDelay` milliseconds: a write for each took an eighth of the time of
 * a short request. A fatal entry and the end of the process write what waits.
 */
const longestDelay = 50;
const writtenTogether = 8 * 1024; // bytes

const stdout = destination({
  dest: 1,
  sync: false,
  maxLength: mostWaiting,
  minLength: writtenTogether,
  periodicFlush: longestDelay,
});

/** Notice about the start for the operator, regardless of the log level. */
export interface Notice {
  readonly message: string;
  /** File that the message is about. */
  readonly file?: string;
  readonly isWarning?: boolean;
}

/** Log: JSON on stdout, one entry per line. Contains texts of Nest and of the gateway only. */
export class Log implements LoggerService {
  private readonly pino: Logger;

  private readonly slowOperationMs: number;

  /**
   * @param fd file descriptor to write to synchronously, instead of stdout
   * @param slowOperationMs minimum duration of operations that are logged as slow
   */
  constructor(level: LogLevel, { fd, slowOperationMs = Infinity }: { fd?: number; slowOperationMs?: number } = {}) {
    this.slowOperationMs = slowOperationMs;
    const formatters = { level: (label: string) => ({ level: label }) };
    this.pino = pino(
      { level, base: null, timestamp: stdTimeFunctions.isoTime, formatters },
      fd === undefined ? stdout : destination({ dest: fd, sync: true }),
    );
  }

  /** Nest's messages about its start, which are too long to log by default. */
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

  /** Written even if `LOG_LEVEL` excludes its level. */
  notice({ message, file, isWarning = false }: Notice): void {
    const level = isWarning ? 'warn' : 'info';
    this.pino.child({}, { level })[level]({ context: 'Start', file } satisfies Entry, message);
  }

  /** One entry for the request, after its response is sent or its caller has disconnected. Slow operations have a second one. */
  request({ facts, method, route, end }: WatchedRequest): void {
    if (!end) return;
    const { id: requestId, viewer, operation, refused, statements, cost } = facts;
    const durationMs = Math.round(end.durationMs * 10) / 10;
    const caller = { tenantId: viewer?.tenantId, apiKeyId: viewer?.apiKeyId };
    const request = { requestId, method, route, status: end.status, durationMs, operation, ...caller, refused };
    this.write('info', { context: 'HTTP', ...request, aborted: end.isAborted || undefined } satisfies Entry);
    if (operation === undefined || end.durationMs < this.slowOperationMs) return;
    const slow = { context: 'Slow operation', requestId, operation, durationMs, statements, cost, ...caller };
    this.write('warn', slow satisfies Entry);
  }

  /** Nest passes the context last, and sometimes a stack before it, which is described with its error or omitted. */
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
  const { operation, statements, cost, tenantId, apiKeyId, refused, path, file, code, error } = entry;
  return {
    ...{ context, requestId, method, route, status, durationMs, aborted },
    ...{ operation, statements, cost, tenantId, apiKeyId, refused, path, file, code, error },
  };
}
