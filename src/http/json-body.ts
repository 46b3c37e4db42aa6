import { isUtf8 } from 'node:buffer';
import { BadRequestException } from '@nestjs/common';
import { parse } from 'secure-json-parse';

/** The body is not what a request of GraphQL has. The message is for the client, and repeats nothing of the body. */
export class BodyNotValid extends BadRequestException {}

/**
 * Fastify's own parser, but for its one message for everything.
 *
 * @throws BodyNotValid
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) throw new BodyNotValid('The body is empty. Send a JSON object with `query`.');
  if (!isUtf8(body)) throw new BodyNotValid('The body is not valid UTF-8. Send JSON in UTF-8, not compressed.');
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
