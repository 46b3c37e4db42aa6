import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import { parse } from 'secure-json-parse';

/** The body is not what a request of GraphQL has. The message is for the client, and repeats nothing of the body. */
export class BodyNotValid extends BadRequestException {}

/** The body is JSON in a form that the gateway does not read. The message is for the client. */
export class BodyNotSupported extends UnsupportedMediaTypeException {}

/**
 * Fastify's own parser, but for its one message for everything, and for the headers, which it ignores.
 *
 * @throws BodyNotValid, BodyNotSupported
 */
export function parseJsonBody(body: Buffer, headers: IncomingHttpHeaders): unknown {
  refuseUnlessPlain(headers);
  if (body.length === 0) throw new BodyNotValid('The body is empty. Send a JSON object with `query`.');
  if (!isUtf8(body)) throw new BodyNotValid('The body is not valid UTF-8. Send JSON in UTF-8.');
  try {
    return parse(body.toString(), { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    const isPrototype = (error as Error).message.startsWith('Object contains forbidden prototype property');
    throw new BodyNotValid(
      isPrototype
        ? 'The body has a member `__proto__`, or a `constructor` with a `prototype`. Remove it.'
        : 'The body is not valid JSON. Send a JSON object with `query`.',
    );
  }
}

/** UTF-8 has each character of US-ASCII as the same byte. */
const charsets: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

function refuseUnlessPlain(headers: IncomingHttpHeaders): void {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity')
    throw new BodyNotSupported('The body is compressed. Send it uncompressed, without `content-encoding`.');

  const [, charset] = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '') ?? [];
  if (charset && !charsets.has(charset.toLowerCase()))
    throw new BodyNotSupported('The body is not in UTF-8, according to `content-type`. Send JSON in UTF-8.');
}
