import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { describeError } from '../graphql/describe-error.js';

const log = new Logger('HTTP');

const texts: Record<number, { code: string; message: string }> = {
  400: {
    code: 'BAD_REQUEST',
    message: 'The request is not valid: its body is not JSON, or its headers do not fit it.',
  },
  404: { code: 'NOT_FOUND', message: 'There is nothing here. GraphQL is served at POST /graphql.' },
  405: { code: 'METHOD_NOT_ALLOWED', message: 'Use POST.' },
  408: { code: 'REQUEST_TIMEOUT', message: 'The request took too long to arrive.' },
  413: { code: 'PAYLOAD_TOO_LARGE', message: 'The body may have at most 256 KB.' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Send the body as `content-type: application/json`.' },
  500: { code: 'INTERNAL', message: 'Something went wrong here. Quote the request id when you report it.' },
};

/** Whatever fails outside GraphQL, in the shape of GraphQL's errors. No text of a library is passed on: they quote the body. */
@Catch()
export class HttpErrorsFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): unknown {
    if (host.getType<string>() === 'graphql') return error; // formatError takes it from here

    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { id } = host.switchToHttp().getRequest<FastifyRequest>();
    const status = statusOf(error);
    if (status >= 500) log.error({ requestId: id, error: describeError(error) });
    return sendHttpError(reply, status, id);
  }
}

/** An answer in words of ours, in the shape of GraphQL's errors. */
export function sendHttpError(reply: FastifyReply, status: number, requestId: string): FastifyReply {
  const { code, message } = texts[status] ?? texts[status < 500 ? 400 : 500]!;
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ errors: [{ message, extensions: { code, requestId } }] });
}

function statusOf(error: unknown): number {
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}
