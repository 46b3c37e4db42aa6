import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import { parse } from 'secure-json-parse';

/** The body is not valid for a GraphQL request. The message is for the client, and repeats nothing of the body. */
export class BodyNotValid extends BadRequestException {}

/** The body is JSON in an unsupported form. The message is for the client. */
export class BodyNotSupported extends UnsupportedMediaTypeException {}

/**
 * Fastify's own parser, with specific messages and with checks of the headers, which it ignores.
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

/** In UTF-8, US-ASCII characters have the same bytes. */
const charsets: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

function refuseUnlessPlain(headers: IncomingHttpHeaders): void {
  const encoding = (headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding !== '' && encoding !== 'identity')
    throw new BodyNotSupported('The body is compressed. Send it uncompressed, without `content-encoding`.');

  const [, charset] = /;\s*charset\s*=\s*"?([^\s";]*)/i.exec(headers['content-type'] ?? '') ?? [];
  if (charset && !charsets.has(charset.toLowerCase()))
    throw new BodyNotSupported('The body is not in UTF-8, according to `content-type`. Send JSON in UTF-8.');
}
