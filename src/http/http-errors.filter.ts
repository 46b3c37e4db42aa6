import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../graphql/errors/describe-error.js';
import { BodyNotSupported, BodyNotValid } from './json-body.js';

const log = new Logger('HTTP');

interface Text {
  readonly code: string;
  readonly message: string;
}

const badRequest = (message: string): Text => ({ code: 'BAD_REQUEST', message });

/** The process has more requests than it can serve in time. */
export const overloaded: Text = {
  code: 'OVERLOADED',
  message: 'Too many requests are waiting. Send the request again after the time in `Retry-After`.',
};

const texts: Record<number, Text> = {
  400: badRequest('The request is not valid. Send a JSON object with `query` to POST /graphql.'),
  404: {
    code: 'NOT_FOUND',
    message: 'This path does not exist. GraphQL is served at /graphql.',
  },
  405: {
    code: 'METHOD_NOT_ALLOWED',
    message: 'This path does not support the method. Use a method in the `Allow` header.',
  },
  408: { code: 'REQUEST_TIMEOUT', message: 'The request took too long to arrive. Send it within 12 seconds.' },
  413: { code: 'PAYLOAD_TOO_LARGE', message: 'The body is larger than 256 KB. Send a smaller one.' },
  415: {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The type of the body is not supported. Send JSON as `content-type: application/json`.',
  },
  431: {
    code: 'HEADERS_TOO_LARGE',
    message: 'The URL and headers are larger than 16 KB. Send long queries by POST.',
  },
  500: {
    code: 'INTERNAL',
    message: 'An internal error occurred. Quote the request ID when you report it.',
  },
  503: { code: 'SHUTTING_DOWN', message: 'This process of the gateway is shutting down. Send the request again.' },
};

/**
 * Answers errors outside GraphQL in the format of GraphQL errors. Never contains a text of a library, because these
 * quote the body.
 */
@Catch()
export class HttpErrorsFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType<string>() === 'graphql') return error; // formatError handles these

    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { id } = host.switchToHttp().getRequest<FastifyRequest>();
    const status = statusOf(error);
    if (status >= 500) log.error({ requestId: id, error: describeError(error) });
    return sendHttpError(reply, status, id, textOf(error));
  }
}

/** Body in the format of GraphQL errors. */
export function httpError(status: number, requestId: string, text?: Text) {
  const { code, message } = text ?? texts[status] ?? texts[status < 500 ? 400 : 500]!;
  return { errors: [{ message, extensions: { code, requestId } }] };
}

export function sendHttpError(reply: FastifyReply, status: number, requestId: string, text?: Text): FastifyReply {
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(httpError(status, requestId, text));
}

/** Text of an error that is more specific than its status. */
function textOf(error: unknown): Text | undefined {
  if (error instanceof BodyNotValid) return badRequest(error.message);
  if (error instanceof BodyNotSupported) return { ...texts[415]!, message: error.message };
  return undefined;
}

function statusOf(error: unknown): number {
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
